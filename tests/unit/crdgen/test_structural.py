"""What pydantic says becomes what the API server demands."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from pydantic import ConfigDict, Field, StringConstraints, create_model

from trainyard.api.base import ApiModel, Percent, cel
from trainyard.crdgen.structural import NotStructural, Place, said, structural_schema


class Size(StrEnum):
    """How large."""

    SMALL = "Small"
    LARGE = "Large"


class Inner(ApiModel):
    """A part."""

    model_config = ConfigDict(json_schema_extra=cel(("self.count > 0", "count must be positive")))

    count: int = 1
    note: str = ""


def schema_of(annotation: Any, default: Any = ..., *, defaults: bool = True) -> dict[str, Any]:
    """Return the structural schema of a field `my_field` with that annotation and default."""
    fields: dict[str, Any] = {"my_field": (annotation, default)}
    model = create_model("Model", __base__=ApiModel, **fields)
    whole = structural_schema(model.model_json_schema(by_alias=True), Place("Model", defaults))
    found: dict[str, Any] = whole["properties"]["myField"]
    return found


@pytest.mark.parametrize(
    ("annotation", "default", "expected"),
    [
        pytest.param(
            int | None, None, {"type": "integer"}, id="an optional field is absent, never null"
        ),
        pytest.param(
            Percent,
            50,
            {
                "x-kubernetes-int-or-string": True,
                "default": 50,
                "minimum": 0,
                "maximum": 100,
                "maxLength": 16,
                "pattern": r"^(100(\.0+)?|[0-9]{1,2}(\.[0-9]+)?)$",
            },
            id="an integer or a string is int-or-string with the bounds of both",
        ),
        pytest.param(
            Percent | None,
            None,
            {
                "x-kubernetes-int-or-string": True,
                "minimum": 0,
                "maximum": 100,
                "maxLength": 16,
                "pattern": r"^(100(\.0+)?|[0-9]{1,2}(\.[0-9]+)?)$",
            },
            id="an optional percent is int-or-string too",
        ),
        pytest.param(
            Literal["One"],
            "One",
            {"type": "string", "enum": ["One"], "default": "One"},
            id="a single literal is an enum of one",
        ),
        pytest.param(
            Size,
            Size.SMALL,
            {
                "description": "How large.",
                "type": "string",
                "enum": ["Small", "Large"],
                "default": "Small",
            },
            id="an enum keeps its members and its docstring",
        ),
        pytest.param(
            Annotated[int, Field(gt=0, lt=10)],
            ...,
            {
                "type": "integer",
                "minimum": 0,
                "exclusiveMinimum": True,
                "maximum": 10,
                "exclusiveMaximum": True,
            },
            id="an exclusive bound is a number and a flag",
        ),
        pytest.param(
            datetime, ..., {"type": "string", "format": "date-time"}, id="a time is a date-time"
        ),
        pytest.param(
            Annotated[tuple[int, ...], Field(max_length=3)],
            (),
            {"type": "array", "maxItems": 3, "items": {"type": "integer"}},
            id="an empty list is no default",
        ),
        pytest.param(
            Annotated[dict[str, str], Field(max_length=3)],
            {},
            {"type": "object", "maxProperties": 3, "additionalProperties": {"type": "string"}},
            id="a map types its values",
        ),
        pytest.param(
            frozenset[str],
            ...,
            {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}},
            id="unique items are a set list",
        ),
        pytest.param(
            Annotated[
                dict[str, Any],
                Field(json_schema_extra={"x-kubernetes-preserve-unknown-fields": True}),
            ],
            ...,
            {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
            id="a marked map is free-form",
        ),
        pytest.param(
            Inner | None,
            Inner(count=3),
            {
                "description": "A part.",
                "type": "object",
                "default": {"count": 3},
                "properties": {
                    "count": {"type": "integer", "default": 1},
                    "note": {"type": "string"},
                },
                "x-kubernetes-validations": [
                    {"rule": "self.count > 0", "message": "count must be positive"}
                ],
            },
            id="a part comes with its default, its own defaults and its rules",
        ),
    ],
)
def test_a_field_has_the_form_the_api_server_takes(
    annotation: Any, default: Any, expected: dict[str, Any]
) -> None:
    """Each construction of pydantic that we use has exactly one structural form."""
    assert expected == schema_of(annotation, default)


@pytest.mark.parametrize(
    ("annotation", "message"),
    [
        pytest.param(float, "a float", id="a float"),
        pytest.param(int | bool, "a union of types", id="a union"),
        pytest.param(Any, "type None", id="anything"),
        pytest.param(dict[str, Any], "a free-form map", id="an unmarked free-form map"),
        pytest.param(tuple[int, str], "a tuple of fixed length", id="a tuple"),
        pytest.param(timedelta, "format 'duration'", id="a duration"),
        pytest.param(
            Annotated[str, Field(json_schema_extra={"contentMediaType": "x"})],
            "keywords",
            id="an unknown keyword",
        ),
    ],
)
def test_what_has_no_structural_form_is_refused(annotation: Any, message: str) -> None:
    """The developer learns it when generating, with the field's path, not at install."""
    with pytest.raises(NotStructural, match=rf"Model\.myField: {message}"):
        schema_of(annotation)


def test_status_has_no_defaults() -> None:
    """A field that nobody wrote yet is absent from status, not invented by the API server."""
    assert schema_of(int, 3, defaults=False) == {"type": "integer"}


def test_a_description_is_one_line_per_paragraph() -> None:
    """Line breaks of the source do not reach `kubectl explain`; blank lines still part."""

    class Described(ApiModel):
        """Model."""

        name: Annotated[str, StringConstraints(max_length=3)]
        """First
        sentence.

        Second."""

    found = structural_schema(Described.model_json_schema(), Place("Described"))
    assert found["properties"]["name"]["description"] == "First sentence.\n\nSecond."


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param({"a": None, "b": {"c": ""}}, None, id="nothing but emptiness says nothing"),
        pytest.param({"a": 0, "b": []}, {"a": 0}, id="zero says something, an empty list does not"),
        pytest.param([{"a": 1, "b": None}], [{"a": 1}], id="items of a list are pruned too"),
        pytest.param(False, False, id="false says something"),
    ],
)
def test_a_default_is_written_only_where_it_says_something(value: Any, expected: Any) -> None:
    """Empty defaults would fill every stored object with noise."""
    assert expected == said(value)
