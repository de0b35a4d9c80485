"""Form: fields, types, keys of lists, defaults."""

from __future__ import annotations

from typing import Any

import pytest

from trainyardctl.lint.schema import schema_faults, with_defaults

STEPS = {
    "type": "array",
    "x-kubernetes-list-map-keys": ["name"],
    "items": {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "weight": {"type": "integer", "default": 5, "maximum": 100},
        },
    },
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["steps"],
    "properties": {
        "steps": STEPS,
        "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
        "limits": {"type": "object", "additionalProperties": {"type": "string"}},
        "size": {
            "x-kubernetes-int-or-string": True,
            "anyOf": [{"type": "integer"}, {"type": "string"}],
        },
    },
}


@pytest.mark.parametrize(
    ("value", "field", "words"),
    [
        ({}, "", "'steps' is a required property"),
        ({"steps": [], "stpes": 1}, "stpes", "did you mean steps?"),
        ({"steps": [], "other": 1}, "other", "known are steps, free, limits, size"),
        ({"steps": [{"nme": "a"}]}, "steps[0].nme", "did you mean name?"),
        ({"steps": [{"weight": 101}]}, "steps[0].weight", "greater than the maximum of 100"),
        ({"steps": [{"name": "a"}, {"name": "a"}]}, "steps[1]", "name a is there twice"),
        ({"steps": [], "limits": {"memory": 5}}, "limits.memory", "is not of type 'string'"),
        ({"steps": [], "size": []}, "size", "is not valid under any"),
        ({"steps": "none"}, "steps", "is not of type 'array'"),
    ],
)
def test_a_wrong_form_is_named(value: Any, field: str, words: str) -> None:
    """By its field, with what would be right."""
    found = list(schema_faults(SCHEMA, value))
    assert [field] == [fault.field for fault in found]
    assert words in found[0].message


@pytest.mark.parametrize("size", [5, "5Gi"])
def test_a_right_form_is_silent(size: int | str) -> None:
    """What is free may hold anything."""
    value = {"steps": [{"name": "a"}], "free": {"any": 1}, "limits": {"cpu": "1"}, "size": size}
    assert [] == list(schema_faults(SCHEMA, value))


def test_defaults_are_added_where_the_api_server_adds_them() -> None:
    """In objects that are there, not for objects that are absent."""
    value = {"steps": [{"name": "a"}, {"weight": 7}], "limits": {"cpu": "1"}}
    expected = {"steps": [{"name": "a", "weight": 5}, {"weight": 7}], "limits": {"cpu": "1"}}
    assert expected == with_defaults(SCHEMA, value)
