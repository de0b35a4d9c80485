"""Does an object have the fields and values that its CRD describes?

The schema is the one from which the CRD is written, so both always say the same. jsonschema does
what is JSON Schema; fields that nobody knows, keys of lists and defaults are Kubernetes' own.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jsonschema import Draft202012Validator

from trainyardctl.lint.fault import Fault

Schema = Mapping[str, Any]
_FREE = ("x-kubernetes-preserve-unknown-fields", "additionalProperties")


def schema_faults(schema: Schema, value: Any) -> Iterator[Fault]:
    """Yield what the API server would refuse of the value for its form."""
    for error in Draft202012Validator(schema).iter_errors(value):
        yield Fault(_path(error.absolute_path), error.message)
    yield from _own_rules(schema, value, "")


def with_defaults(schema: Schema, value: Any) -> Any:
    """Return the value with the defaults that the API server adds before it asks the rules."""
    if isinstance(value, Mapping):
        known: Schema = schema.get("properties", {})
        extra = schema.get("additionalProperties")
        added = {
            name: part["default"]
            for name, part in known.items()
            if "default" in part and name not in value
        }
        return {
            name: with_defaults(known.get(name) or (extra if isinstance(extra, Mapping) else {}), v)
            for name, v in {**value, **added}.items()
        }
    if isinstance(value, list):
        return [with_defaults(schema.get("items", {}), item) for item in value]
    return value


def _own_rules(schema: Schema, value: Any, path: str) -> Iterator[Fault]:
    if isinstance(value, Mapping):
        yield from _unknown_fields(schema, value, path)
        extra = schema.get("additionalProperties")
        for name, part in value.items():
            below = schema.get("properties", {}).get(name, extra)
            if isinstance(below, Mapping):
                yield from _own_rules(below, part, f"{path}.{name}".lstrip("."))
    elif isinstance(value, list):
        yield from _doubles(schema, value, path)
        for number, item in enumerate(value):
            yield from _own_rules(schema.get("items", {}), item, f"{path}[{number}]")


def _unknown_fields(schema: Schema, value: Mapping[str, Any], path: str) -> Iterator[Fault]:
    known = schema.get("properties")
    if not known or any(schema.get(free) for free in _FREE):
        return
    for name in value:
        if name not in known:
            near = difflib.get_close_matches(str(name), known, 1)
            hint = f"; did you mean {near[0]}?" if near else f"; known are {', '.join(known)}"
            yield Fault(f"{path}.{name}".lstrip("."), f"there is no such field{hint}")


def _doubles(schema: Schema, value: Sequence[Any], path: str) -> Iterator[Fault]:
    keys = schema.get("x-kubernetes-list-map-keys", ())
    if not keys:
        return
    seen = set()
    for number, item in enumerate(value):
        if not isinstance(item, Mapping):
            continue
        key = tuple(str(item.get(name)) for name in keys)
        if key in seen:
            named = ", ".join(f"{n} {v}" for n, v in zip(keys, key, strict=True))
            yield Fault(f"{path}[{number}]", f"{named} is there twice")
        seen.add(key)


def _path(parts: Sequence[Any]) -> str:
    text = ""
    for part in parts:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.lstrip(".")
