"""What is wrong with all the manifests of some files?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from trainyard.api.v1alpha1 import GROUP, VERSION
from trainyard.crdgen.definition import root_schema
from trainyard.crdgen.kinds import KINDS
from trainyardctl.lint.fault import Fault
from trainyardctl.lint.manifests import Manifest, files_of, manifests_of
from trainyardctl.lint.recipes import recipe_faults
from trainyardctl.lint.references import reference_faults
from trainyardctl.lint.rules import rule_faults
from trainyardctl.lint.schema import schema_faults, with_defaults
from trainyardctl.snapshot import Raw, at


@dataclass(frozen=True, slots=True)
class Line:
    """One fault and the object that has it, as people read it."""

    manifest: Manifest
    fault: Fault

    def __str__(self) -> str:
        raw, fault = self.manifest.raw, self.fault
        named = f"{raw.get('kind')} {at(raw, 'metadata.name') or 'without a name'}"
        word = "" if fault.is_certain else "perhaps: "
        place = f" {fault.field}" if fault.field else ""
        return f"{self.manifest.file}: {named}{place}: {word}{fault.message}"


@dataclass(frozen=True, slots=True)
class Linted:
    """What was read, and what is wrong with it."""

    files: int
    objects: int
    lines: tuple[Line, ...]


def lint_paths(paths: Sequence[str]) -> Linted:
    """Return what is wrong with the manifests in files and folders. Raises Unreadable."""
    files = tuple(files_of(paths))
    manifests = tuple(m for file in files for m in manifests_of(file))
    everything = tuple(m.raw for m in manifests)
    lines = tuple(
        Line(manifest, fault)
        for manifest in manifests
        for fault in faults_of(manifest.raw, everything)
    )
    return Linted(len(files), len(manifests), lines)


def faults_of(raw: Raw, everything: Sequence[Raw]) -> Iterator[Fault]:
    """Yield what is wrong with one object; rules are asked only of what has the right form."""
    schema = _schemas().get(str(raw.get("kind")))
    if schema is None or raw.get("apiVersion") != f"{GROUP}/{VERSION}":
        known = ", ".join(_schemas())
        found = f"{raw.get('apiVersion')} {raw.get('kind')}"
        yield Fault("", f"{found} is unknown: {GROUP}/{VERSION} has {known}")
        return
    form = tuple(schema_faults(schema, raw))
    refused = form or tuple(rule_faults(schema, with_defaults(schema, raw)))
    yield from refused or recipe_faults(raw)
    yield from reference_faults(raw, everything)


@cache
def _schemas() -> dict[str, dict[str, Any]]:
    return {kind.definition.kind: root_schema(kind) for kind in KINDS}
