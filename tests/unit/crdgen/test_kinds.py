"""The kinds and what is true of all of their CRDs."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from pydantic import BaseModel

from trainyard.api.base import Resource
from trainyard.crdgen.definition import root_schema
from trainyard.crdgen.kinds import KINDS

all_kinds = pytest.mark.parametrize("kind", KINDS, ids=[k.definition.kind for k in KINDS])
Node = Mapping[str, Any]


def nodes(path: str, schema: Node) -> Iterator[tuple[str, Node]]:
    """Yield every node of the schema with its path."""
    yield path, schema
    for name, node in schema.get("properties", {}).items():
        yield from nodes(f"{path}.{name}", node)
    for word in ("items", "additionalProperties"):
        if word in schema:
            yield from nodes(f"{path}[]", schema[word])


def is_unbounded(node: Node) -> bool:
    """Tell whether a value of any size fits."""
    if node.get("type") == "array":
        return "maxItems" not in node
    if node.get("type") == "string":
        return not node.keys() & {"maxLength", "enum", "format"}
    return "additionalProperties" in node and "maxProperties" not in node


def defaulted(value: Any, schema: Node) -> Any:
    """Return the value with the schema's defaults filled in, as the API server does it."""
    if isinstance(value, list):
        return [defaulted(item, schema["items"]) for item in value]
    if not isinstance(value, dict) or "properties" not in schema:
        return value
    filled = {
        name: node["default"] for name, node in schema["properties"].items() if "default" in node
    } | value
    return {name: defaulted(item, schema["properties"][name]) for name, item in filled.items()}


def models_below(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Yield the models that fields of the model are made of, the model itself first."""
    yield model
    for field in model.model_fields.values():
        for part in parts_of(field.annotation):
            yield from models_below(part)


def parts_of(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models that stand in a type annotation."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from parts_of(argument)


@all_kinds
def test_everything_in_spec_is_bounded(kind: type[Resource]) -> None:
    """No object is too large to be stored, and every CEL rule has a finite cost."""
    spec = root_schema(kind)["properties"]["spec"]
    assert [path for path, node in nodes("spec", spec) if is_unbounded(node)] == []


@all_kinds
def test_everything_in_status_is_bounded(kind: type[Resource]) -> None:
    """The status cannot outgrow what the API server stores."""
    status = root_schema(kind)["properties"]["status"]
    assert [path for path, node in nodes("status", status) if is_unbounded(node)] == []


@all_kinds
def test_every_field_of_spec_is_explained(kind: type[Resource]) -> None:
    """`kubectl explain` says something about each field that people write."""
    spec = root_schema(kind)["properties"]["spec"]
    named = [(path, node) for path, node in nodes("spec", spec) if not path.endswith("[]")]
    assert [path for path, node in named if not node.get("description")] == []


@all_kinds
def test_status_has_no_defaults_but_that_nobody_looked(kind: type[Resource]) -> None:
    """What the operator did not write is not there."""
    status = root_schema(kind)["properties"]["status"]
    found = {path: node["default"] for path, node in nodes("status", status) if "default" in node}
    assert found in ({}, {"status": {"observedGeneration": 0}})
    assert bool(found) == (kind.definition.kind != "Approval")  # which nobody looks after


@all_kinds
def test_conditions_are_a_map_by_type(kind: type[Resource]) -> None:
    """Server-side apply and `kubectl wait` find each condition by its type."""
    conditions = root_schema(kind)["properties"]["status"]["properties"]["conditions"]
    assert conditions["x-kubernetes-list-map-keys"] == ["type"]


def words(description: str | None) -> str:
    """Return a description whatever its lines."""
    return " ".join((description or "").split())


@all_kinds
def test_the_schema_fills_in_the_same_defaults_as_the_models(kind: type[Resource]) -> None:
    """What the API server stores for an absent field is what the operator would assume."""
    spec = root_schema(kind)["properties"]["spec"]
    by_path = {path: node for path, node in nodes("spec", spec) if "properties" in node}
    differing = []
    (spec_model,) = parts_of(kind.model_fields["spec"].annotation)
    for model in dict.fromkeys(models_below(spec_model)):
        if any(field.is_required() for field in model.model_fields.values()):
            continue
        described = {
            field.alias or name: words(field.description)
            for name, field in model.model_fields.items()
        }
        for path, node in by_path.items():
            found = {name: words(n.get("description")) for name, n in node["properties"].items()}
            if found != described:
                continue
            if model.model_validate(defaulted({}, node)) != model():
                differing.append((model.__name__, path))
    assert differing == []
