"""What counts as a difference between wanted and stored, and what does not."""

from __future__ import annotations

from typing import Any

import pytest

from trainyard.reconciling.manifest_diff import WANTED, contains, stamped


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        pytest.param({"a": 1}, {"a": 1, "b": 2}, id="defaults and fields of others"),
        pytest.param({"a": {}}, {}, id="an empty map is not stored"),
        pytest.param({"a": ""}, {}, id="an empty string is not stored"),
        pytest.param({"a": False}, {}, id="a false flag is not stored"),
        pytest.param({"a": None}, {}, id="a field that must be absent is absent"),
        pytest.param({"cpu": "0.5"}, {"cpu": "500m"}, id="a quantity in another form"),
        pytest.param({"cpu": "1000m"}, {"cpu": "1"}, id="a quantity made canonical"),
        pytest.param({"memory": "1024Mi"}, {"memory": "1Gi"}, id="a binary quantity"),
        pytest.param({"cpu": 1}, {"cpu": "1"}, id="a quantity written as a number"),
        pytest.param([{"a": 1}], [{"a": 1, "b": 2}], id="defaults inside a list's items"),
        pytest.param(
            {"metadata": {"ownerReferences": [{"uid": "u"}]}},
            {"metadata": {"ownerReferences": [{"uid": "x"}, {"uid": "u"}]}},
            id="an owner reference of others",
        ),
    ],
)
def test_no_drift(wanted: Any, found: Any) -> None:
    """A settled object is not written again."""
    assert contains(wanted, found) is None


@pytest.mark.parametrize(
    ("wanted", "found", "path"),
    [
        pytest.param({"a": {"b": 1}}, {"a": {"b": 2}}, ".a.b", id="another value"),
        pytest.param({"a": 1}, {}, ".a", id="a value that is missing"),
        pytest.param({"a": None}, {"a": 1}, ".a", id="a field that must be absent"),
        pytest.param([1, 2], [1], "", id="a shorter list"),
        pytest.param([{"a": 1}], [{"a": 2}], "[0].a", id="an item that differs"),
        pytest.param({"a": True}, {"a": 1}, ".a", id="a flag is not a number"),
        pytest.param({"cpu": "1"}, {"cpu": "2"}, ".cpu", id="another quantity"),
        pytest.param({"a": "red"}, {"a": "blue"}, ".a", id="another word"),
        pytest.param(
            {"metadata": {"ownerReferences": [{"uid": "u"}]}},
            {"metadata": {"ownerReferences": [{"uid": "x"}]}},
            ".metadata.ownerReferences",
            id="our owner reference is gone",
        ),
    ],
)
def test_drift_is_named_by_its_path(wanted: Any, found: Any, path: str) -> None:
    """The first difference is told."""
    assert path == contains(wanted, found)


def test_a_field_taken_out_of_the_manifest_is_drift() -> None:
    """The stored object still has it; only the stamp tells that it is not wanted any more."""
    before = stamped({"metadata": {"name": "a"}, "data": {"x": "1", "y": "2"}})
    after = stamped({"metadata": {"name": "a"}, "data": {"x": "1"}})
    assert f".metadata.annotations.{WANTED}" == contains(after, before)


def test_the_stamp_keeps_other_annotations_and_is_the_same_every_time() -> None:
    """The same manifest is the same wish."""
    manifest = {"metadata": {"name": "a", "annotations": {"mine": "yes"}}}
    assert stamped(manifest) == stamped(manifest)
    assert "yes" == stamped(manifest)["metadata"]["annotations"]["mine"]
