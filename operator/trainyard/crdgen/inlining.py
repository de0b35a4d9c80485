"""JSON schema with references → the same schema without any."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PREFIX = "#/$defs/"
RULES = "x-kubernetes-validations"

JsonSchema = Mapping[str, Any]


class RecursiveModel(ValueError):
    """A model contains itself, which no CRD schema can say."""


def inline_references(schema: JsonSchema) -> dict[str, Any]:
    """Return the schema with every `$ref` replaced by what it points to.

    What stands beside a `$ref` wins over the target (a field's description over its class's);
    CEL rules of both are kept. Raises RecursiveModel when a definition reaches itself.
    """
    definitions: Mapping[str, JsonSchema] = schema.get("$defs", {})
    rest = {key: value for key, value in schema.items() if key != "$defs"}
    inlined: dict[str, Any] = _inlined(rest, definitions, ())
    return inlined


def merge(under: JsonSchema, over: JsonSchema) -> dict[str, Any]:
    """Return `under` overridden by `over`; CEL rules are those of both, `under`'s first."""
    merged = {**under, **over}
    rules = [*under.get(RULES, ()), *over.get(RULES, ())]
    return merged | {RULES: rules} if rules else merged


def _inlined(node: Any, definitions: Mapping[str, JsonSchema], inside: tuple[str, ...]) -> Any:
    if isinstance(node, list):
        return [_inlined(item, definitions, inside) for item in node]
    if not isinstance(node, Mapping):
        return node
    reference = node.get("$ref")
    if not isinstance(reference, str):
        return {key: _inlined(value, definitions, inside) for key, value in node.items()}
    name = reference.removeprefix(PREFIX)
    if name in inside:
        chain = " → ".join((*inside, name))
        raise RecursiveModel(f"{chain}: a CRD schema cannot be recursive; break the cycle")
    beside = {key: value for key, value in node.items() if key != "$ref"}
    target = _inlined(definitions[name], definitions, (*inside, name))
    return merge(target, _inlined(beside, definitions, inside))
