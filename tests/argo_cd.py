"""What Argo CD makes of our objects: by its Lua, with what it opens of the libraries."""

from __future__ import annotations

import copy
import json
from typing import Any

import yaml
from chart_rendering import CHART
from cluster_access import run, tool

PATCH = yaml.safe_load((CHART / "gitops/argocd-cm-patch.yaml").read_text(encoding="utf-8"))["data"]
HEALTH = (CHART / "gitops/argocd-health.lua").read_text(encoding="utf-8")


def health(found: dict[str, Any]) -> tuple[str, str]:
    """Return status and message."""
    answer = _run(HEALTH, found)
    return answer["status"], answer["message"]


def buttons(found: dict[str, Any]) -> dict[str, bool]:
    """Return which actions are offered, and whether each can be pressed."""
    answer = _run(_actions(found["kind"])["discovery.lua"], found)
    return {name: not about["disabled"] for name, about in answer.items()}


def pressed(found: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the object as Argo CD sends it to the API server when the button is pressed."""
    scripts = {d["name"]: d["action.lua"] for d in _actions(found["kind"])["definitions"]}
    answer = _run(scripts[name], found)
    after = copy.deepcopy(found)
    after["metadata"]["annotations"] = dict(answer["metadata"]["annotations"])
    return after


def _actions(kind: str) -> dict[str, Any]:
    key = f"resource.customizations.actions.trainyard.dev_{kind}"
    actions: dict[str, Any] = yaml.safe_load(PATCH[key])
    return actions


def _run(script: str, found: dict[str, Any]) -> Any:
    question = json.dumps({"script": script, "object": found})
    return json.loads(run(tool("argo-lua"), stdin=f"{question}\n").stdout)
