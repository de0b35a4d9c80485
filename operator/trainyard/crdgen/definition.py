"""A kind of the API → its CustomResourceDefinition."""

from __future__ import annotations

from typing import Any

from trainyard.api.base import KindStatus, PrinterColumn, Resource, cel
from trainyard.api.names import NAME_RULES
from trainyard.api.v1alpha1 import GROUP, VERSION
from trainyard.crdgen.structural import Place, structural_schema

CATEGORY = "trainyard"
APPENDED_DESCRIPTIONS = {
    "apiVersion": "Group and version of this object: trainyard.dev/v1alpha1.",
    "kind": "Kind of this object.",
}


def custom_resource_definition(kind: type[Resource]) -> dict[str, Any]:
    """Return the CRD of the kind as the API server takes it; raises NotStructural."""
    about = kind.definition
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{about.plural}.{GROUP}"},
        "spec": {
            "group": GROUP,
            "scope": "Namespaced",
            "names": {
                "kind": about.kind,
                "listKind": f"{about.kind}List",
                "plural": about.plural,
                "singular": about.singular,
                "shortNames": [about.short_name],
                "categories": [CATEGORY],
            },
            "versions": [_version(kind)],
        },
    }


def _version(kind: type[Resource]) -> dict[str, Any]:
    subresources: dict[str, Any] = {"status": {}}
    if kind.definition.scale:
        subresources["scale"] = {
            "specReplicasPath": ".spec.replicas",
            "statusReplicasPath": ".status.replicas",
            "labelSelectorPath": ".status.selector",
        }
    return {
        "name": VERSION,
        "served": True,
        "storage": True,
        "subresources": subresources,
        "additionalPrinterColumns": [_column(column) for column in kind.definition.columns],
        "schema": {"openAPIV3Schema": root_schema(kind)},
    }


def root_schema(kind: type[Resource]) -> dict[str, Any]:
    """Return the structural schema of whole objects of the kind.

    Defaults stand in spec and not in status, which says from the beginning that no generation was
    looked at: else tools that wait by kstatus take what is new for ready. The rules on names and
    those of the kind stand on the root, the only place where CEL sees metadata.
    """
    parts = kind.model_json_schema(by_alias=True)
    definitions = parts.get("$defs", {})
    properties: dict[str, Any] = {
        name: {"type": "string", "description": text}
        for name, text in APPENDED_DESCRIPTIONS.items()
    } | {"metadata": {"type": "object"}}
    for part in ("spec", "status"):
        schema = {**parts["properties"][part], "$defs": definitions}
        place = Place(f"{kind.definition.kind}.{part}", defaults=part == "spec")
        properties[part] = structural_schema(schema, place)
    properties["spec"].pop("default", None)
    if kind.model_fields["status"].annotation is not KindStatus:  # nobody looks after the others
        properties["status"]["default"] = {"observedGeneration": 0}
    return {
        "description": " ".join((kind.__doc__ or "").split()),
        "type": "object",
        "required": ["spec"],
        "properties": properties,
        **cel(*name_rules(kind), *kind.definition.rules),
    }


def name_rules(kind: type[Resource]) -> tuple[tuple[str, str], ...]:
    """Return the rules on names of the kind: the common ones, or none where it has its own."""
    has_its_own = any("self.metadata.name" in rule for rule, _ in kind.definition.rules)
    return () if has_its_own else NAME_RULES


def _column(column: PrinterColumn) -> dict[str, Any]:
    shown: dict[str, Any] = {"name": column.name, "type": column.type}
    if column.description:
        shown["description"] = column.description
    if column.priority:
        shown["priority"] = column.priority
    return shown | {"jsonPath": column.json_path}
