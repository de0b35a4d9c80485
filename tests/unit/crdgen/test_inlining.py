"""References are replaced by what they point to."""

import pytest

from trainyard.crdgen.inlining import RecursiveModel, inline_references, merge


def test_a_reference_becomes_its_target() -> None:
    """Definitions are gone and their content stands where the reference stood."""
    schema = {
        "$defs": {"Leaf": {"type": "string"}, "Branch": {"items": {"$ref": "#/$defs/Leaf"}}},
        "properties": {"branch": {"$ref": "#/$defs/Branch"}},
    }
    expected = {"properties": {"branch": {"items": {"type": "string"}}}}
    assert expected == inline_references(schema)


def test_what_stands_beside_a_reference_wins() -> None:
    """A field's own description is shown, not that of its class."""
    schema = {
        "$defs": {"Leaf": {"type": "string", "description": "class"}},
        "properties": {"leaf": {"$ref": "#/$defs/Leaf", "description": "field"}},
    }
    expected = {"properties": {"leaf": {"type": "string", "description": "field"}}}
    assert expected == inline_references(schema)


def test_rules_of_class_and_field_are_both_kept() -> None:
    """Neither side's CEL rules are lost in a merge."""
    one, two = {"rule": "a", "message": "a"}, {"rule": "b", "message": "b"}
    expected = {"x-kubernetes-validations": [one, two]}
    assert expected == merge(
        {"x-kubernetes-validations": [one]}, {"x-kubernetes-validations": [two]}
    )


def test_a_model_inside_itself_is_refused_with_its_path() -> None:
    """The error names the chain of models, so that the cycle is found at once."""
    schema = {
        "$defs": {
            "Tree": {"properties": {"child": {"$ref": "#/$defs/Node"}}},
            "Node": {"properties": {"child": {"$ref": "#/$defs/Tree"}}},
        },
        "properties": {"tree": {"$ref": "#/$defs/Tree"}},
    }
    with pytest.raises(RecursiveModel, match="Tree → Node → Tree"):
        inline_references(schema)
