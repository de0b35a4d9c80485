"""What the operator's account may do, as the chart grants it, for tests that carry plans out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from trainyard.clients.kinds import KINDS
from trainyard.reconciling.plan import Action, Apply, Create, Delete, Patch

RULES = Path(__file__).parents[1] / "charts" / "trainyard" / "templates" / "_rules.tpl"
VERBS: Mapping[type[Action], tuple[str, ...]] = {
    Apply: ("create", "patch"),
    Create: ("create",),
    Patch: ("patch",),
    Delete: ("delete",),
}
"""Server-side apply is a patch, and of an object that is not there also a create."""

Permission = tuple[str, str, str]
"""API group, resource, verb."""


def permissions(rules: Iterable[Mapping[str, Any]]) -> set[Permission]:
    """Return the rules one by one."""
    return {
        (group, resource, verb)
        for rule in rules
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


@cache
def granted() -> frozenset[Permission]:
    """Return what the chart grants where the operator works."""
    _, _, rest = RULES.read_text(encoding="utf-8").partition('define "trainyard.rules" -}}')
    return frozenset(permissions(yaml.safe_load(rest.partition("{{- end }}")[0])))


def needed(action: Action) -> set[Permission]:
    """Return what carrying the action out takes."""
    kind = action.manifest["kind"] if isinstance(action, Apply | Create) else action.ref.kind
    return {(KINDS[kind].group, KINDS[kind].plural, verb) for verb in VERBS[type(action)]}


def allow(action: Action) -> set[Permission]:
    """Return what the action takes; fails where an installed operator would be refused."""
    wanted = needed(action)
    refused = wanted - granted()
    assert not refused, f"403 for the installed operator: {refused}; see {RULES.name}"
    return wanted
