"""Pydantic's JSON schema → the structural schema that the API server demands.

The rules: every node has one type; no references, unions, titles or floats; optional fields are
absent, never null; bounds are numbers with boolean exclusivity; what a schema cannot say is
refused here, so that it shows at `make crds` and not at install.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trainyard.crdgen.inlining import RULES, JsonSchema, inline_references, merge

INT_OR_STRING = "x-kubernetes-int-or-string"
PRESERVE = "x-kubernetes-preserve-unknown-fields"
LIST_TYPE = "x-kubernetes-list-type"

DROPPED = frozenset({"title", "examples", "deprecated", "readOnly", "writeOnly", "propertyNames"})
"""Noise, and bounds on the keys of maps, which only CEL could say."""
ORDER = (
    "description",
    "type",
    INT_OR_STRING,
    "format",
    "enum",
    "default",
    "minimum",
    "exclusiveMinimum",
    "maximum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    LIST_TYPE,
    "x-kubernetes-list-map-keys",
    "x-kubernetes-map-type",
    PRESERVE,
    "required",
    "properties",
    "items",
    "additionalProperties",
    RULES,
)
TYPES = frozenset({"object", "array", "string", "integer", "boolean"})
FORMATS = frozenset({"date-time", "int32", "int64"})


class NotStructural(ValueError):
    """The model says something that a CRD schema cannot express."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the resource a node stands, and whether defaults are written there."""

    path: str
    defaults: bool = True

    def below(self, name: str) -> Place:
        """Return the place one step further down."""
        return Place(f"{self.path}.{name}", self.defaults)

    def refuse(self, found: str, remedy: str) -> NotStructural:
        """Return the error that names this place."""
        return NotStructural(f"{self.path}: {found}; {remedy}")


def structural_schema(schema: JsonSchema, place: Place) -> dict[str, Any]:
    """Return the structural form of a pydantic JSON schema; raises NotStructural."""
    return _convert(inline_references(schema), place)


def _convert(node: JsonSchema, place: Place) -> dict[str, Any]:
    kept = {key: value for key, value in node.items() if key not in DROPPED}
    kept = _without_default(_one_choice(kept, place), place)
    kept = _known_words(kept)
    _check_type(kept, place)
    kept = _children(kept, place)
    unknown = sorted(kept.keys() - set(ORDER))
    if unknown:
        raise place.refuse(f"keywords {unknown}", "a CRD schema does not know them")
    if "description" in kept:
        kept["description"] = _one_line(str(kept["description"]))
    if RULES in kept:
        kept[RULES] = [{"rule": r["rule"], "message": r["message"]} for r in kept[RULES]]
    return {key: kept[key] for key in ORDER if key in kept}


def _one_choice(node: dict[str, Any], place: Place) -> dict[str, Any]:
    """Collapse `X | None` to X and `int | str` to int-or-string; refuse every other union."""
    if "oneOf" in node or "discriminator" in node:
        raise place.refuse("a discriminated union", "use optional members and a CEL rule")
    choices = [c for word in ("anyOf", "allOf") for c in node.get(word, ())]
    if not choices:
        return node
    rest = {key: value for key, value in node.items() if key not in ("anyOf", "allOf")}
    real = [c for c in choices if c.get("type") != "null"]
    if len(real) == 1:
        inner = {key: value for key, value in real[0].items() if key not in DROPPED}
        return _one_choice(merge(inner, rest), place)
    if "anyOf" in node and sorted(str(c.get("type")) for c in real) == ["integer", "string"]:
        bounds: dict[str, Any] = {}
        for choice in real:
            bounds |= {k: v for k, v in choice.items() if k not in DROPPED | {"type"}}
        return merge({**bounds, INT_OR_STRING: True}, rest)
    raise place.refuse("a union of types", "use optional members and a CEL rule")


def _without_default(node: dict[str, Any], place: Place) -> dict[str, Any]:
    """Keep a default only in spec, and only where it says more than "empty" or "absent"."""
    if "default" not in node:
        return node
    rest = {key: value for key, value in node.items() if key != "default"}
    default = said(node["default"])
    return rest if default is None or not place.defaults else rest | {"default": default}


def said(value: Any) -> Any:
    """Return the value without nulls and empty strings, lists and maps; None if nothing is left."""
    if isinstance(value, Mapping):
        kept = {key: said(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item is not None} or None
    if isinstance(value, list | tuple):
        return [item if (kept := said(item)) is None else kept for item in value] or None
    return None if value == "" else value


def _known_words(node: dict[str, Any]) -> dict[str, Any]:
    """Rewrite JSON schema words of a later draft into those of the API server."""
    words = dict(node)
    if "const" in words:
        words["enum"] = [words.pop("const")]
    for word in ("Minimum", "Maximum"):
        bound = words.get(f"exclusive{word}")
        if bound is not None and not isinstance(bound, bool):
            words[word.lower()] = bound
            words[f"exclusive{word}"] = True
    if words.pop("uniqueItems", False):
        words[LIST_TYPE] = "set"
    if "properties" in words and words.get("additionalProperties") is False:
        del words["additionalProperties"]
    return words


def _check_type(node: JsonSchema, place: Place) -> None:
    kind = node.get("type")
    if node.get(INT_OR_STRING) or (kind is None and node.get(PRESERVE)):
        return
    if kind == "number":
        raise place.refuse("a float", "use a decimal string, a percent or an integer with a unit")
    if kind not in TYPES:
        raise place.refuse(f"type {kind!r}", "give the field one type, or mark it free-form")
    if "format" in node and node["format"] not in FORMATS:
        raise place.refuse(f"format {node['format']!r}", "use an integer with its unit in the name")
    if "prefixItems" in node:
        raise place.refuse("a tuple of fixed length", "use an object with named fields")


def _children(node: dict[str, Any], place: Place) -> dict[str, Any]:
    if "properties" in node:
        below = {k: _convert(v, place.below(k)) for k, v in node["properties"].items()}
        node = node | {"properties": below}
    if node.get("type") == "array":
        node = node | {"items": _convert(node.get("items", {}), place.below("[]"))}
    values = node.get("additionalProperties")
    if values is None:
        return node
    if isinstance(values, Mapping) and values:
        return node | {"additionalProperties": _convert(values, place.below("*"))}
    if not node.get(PRESERVE):
        raise place.refuse("a free-form map", f"type its values, or mark it with {PRESERVE}")
    return {key: value for key, value in node.items() if key != "additionalProperties"}


def _one_line(text: str) -> str:
    """Return the text with its line breaks as spaces; blank lines still part paragraphs."""
    paragraphs = (" ".join(part.split()) for part in text.replace("``", "`").split("\n\n"))
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)
