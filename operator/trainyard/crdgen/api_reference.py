"""The API models → the reference page for people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from trainyard.api.base import Resource
from trainyard.api.v1alpha1 import API_VERSION
from trainyard.crdgen.definition import root_schema
from trainyard.crdgen.inlining import RULES
from trainyard.crdgen.reasons import reasons_of
from trainyard.crdgen.structural import INT_OR_STRING, PRESERVE

Schema = Mapping[str, Any]

INTRODUCTION = f"""# API reference

Every kind of `{API_VERSION}`, field by field. `kubectl explain <kind>.spec --recursive` shows the
same from the cluster. **Required** fields are in bold; a default is what the API server stores when
the field is absent. What the API server refuses, and what it answers then, stands below each spec.
"""
BOUNDS = (
    ("minimum", "maximum", ""),
    ("minLength", "maxLength", " characters"),
    ("minItems", "maxItems", " items"),
    ("minProperties", "maxProperties", " entries"),
)


def api_reference(kinds: Sequence[type[Resource]]) -> str:
    """Return the page as Markdown."""
    return "\n".join([INTRODUCTION, *(section for kind in kinds for section in _kind(kind))])


def _kind(kind: type[Resource]) -> Iterator[str]:
    about, schema = kind.definition, root_schema(kind)
    yield f"## {about.kind}\n\n{schema['description']}\n"
    scale = " Has the `scale` subresource." if about.scale else ""
    columns = ", ".join(f"`{column.name}`" for column in about.columns)
    yield f"`kubectl get {about.plural}` (short: `{about.short_name}`) shows {columns}.{scale}\n"
    for part in ("spec", "status"):
        yield f"### {about.kind} {part}\n"
        yield from _table(part, schema["properties"][part])
        if part == "spec":
            yield from _rules(schema)
    reasons = reasons_of(kind)
    if reasons:
        yield f"### {about.kind} reasons\n"
        yield "| Reason | Used when |\n|---|---|"
        yield from (f"| `{r.word}` | {_cell(_when(r.used_when))} |" for r in reasons)
        yield ""


def _table(part: str, schema: Schema) -> Iterator[str]:
    yield "| Field | Type | Default | Meaning |\n|---|---|---|---|"
    for path, node, required in _fields(part, schema):
        name = f"**`{path}`**" if required else f"`{path}`"
        default = f"`{json.dumps(node['default'])}`" if "default" in node else ""
        meaning = node.get("description", "")
        yield f"| {name} | {_type(node)} | {_cell(default)} | {_cell(meaning)} |"
    yield ""


def _fields(path: str, schema: Schema) -> Iterator[tuple[str, Schema, bool]]:
    """Yield path, schema and whether it is required, for every field below, depth first."""
    required = schema.get("required", ())
    for name, node in schema.get("properties", {}).items():
        inside, suffix = _content(node)
        yield f"{path}.{name}{suffix}", node, name in required
        yield from _fields(f"{path}.{name}{suffix}", inside)


def _content(node: Schema) -> tuple[Schema, str]:
    """Return the schema of what the node holds, and how a path says that."""
    if "items" in node:
        return node["items"], "[]"
    if "additionalProperties" in node:
        return node["additionalProperties"], ".*"
    return node, ""


def _type(node: Schema) -> str:
    limits = (_limit(node.get(low), node.get(high), unit) for low, high, unit in BOUNDS)
    parts = [_type_name(node), *filter(None, limits)]
    if "pattern" in node:
        parts.append(f"`{node['pattern']}`")
    if "enum" in node:
        parts = [" \\| ".join(f"`{value}`" for value in node["enum"] if value != "")]
    return _cell(", ".join(parts))


def _limit(low: int | None, high: int | None, unit: str) -> str:
    if low is None and high is None:
        return ""
    if high is None:
        return f"at least {low}{unit}"
    return f"at most {high}{unit}" if low is None else f"{low} to {high}{unit}"


def _type_name(node: Schema) -> str:
    if node.get(INT_OR_STRING):
        return "integer or string"
    if node.get(PRESERVE):
        return "free-form map"
    if node.get("format") == "date-time":
        return "time"
    if "items" in node:
        return f"list of {_type_name(node['items'])}s"
    if "additionalProperties" in node:
        return f"map of {_type_name(node['additionalProperties'])}s"
    return str(node.get("type", ""))


def _rules(schema: Schema) -> Iterator[str]:
    yield "Refused:\n"
    for path, rule in _all_rules("", schema):
        where = f"`{path}`: " if path else ""
        yield f"- {where}{rule['message']} "
    yield ""


def _all_rules(path: str, schema: Schema) -> Iterator[tuple[str, Mapping[str, str]]]:
    yield from ((path, rule) for rule in schema.get(RULES, ()))
    for name, node in schema.get("properties", {}).items():
        yield from _all_rules(f"{path}.{name}".lstrip("."), node)
    for word, suffix in (("items", "[]"), ("additionalProperties", ".*")):
        if word in schema:
            yield from _all_rules(f"{path}{suffix}", schema[word])


def _when(text: str) -> str:
    return text.removeprefix("Used when ").removeprefix("Used while ").removesuffix(".")


def _cell(text: str) -> str:
    """Return the text so that it stays in its cell of a Markdown table."""
    return text.replace("\\|", "|").replace("|", "\\|").replace("\n", " ")
