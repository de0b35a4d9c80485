"""Which part of a Dataset decides what a refresh finds."""

from __future__ import annotations

from typing import Any

import pytest
from builders_training import a_dataset

from trainyard.datasets.identity import column_document, refresh_name, spec_digest

GOLDEN = "sha256:278a58018893f52ca7393eac9975a4306de61181e773520d3f3fdf444b5d88fc"


def test_the_digest_is_pinned() -> None:
    """It may never change for an unchanged Dataset: an upgrade would refresh all data."""
    assert spec_digest(a_dataset().spec) == GOLDEN


@pytest.mark.parametrize(
    "spec",
    [
        pytest.param({"pod": {"nodeSelector": {"a": "b"}}}, id="pod settings do not count"),
        pytest.param({"refresh": {"cron": "* * * * *"}}, id="the schedule does not count"),
        pytest.param({"historyLimit": 3}, id="the history limit does not count"),
        pytest.param({"checks": {"minRows": 1}}, id="a written default does not count"),
        pytest.param({"split": {"by": "RowHash"}}, id="the default split does not count"),
        pytest.param({"csv": {"decimal": "."}}, id="a usual way of writing does not count"),
    ],
)
def test_what_does_not_count(spec: dict[str, Any]) -> None:
    """These change nothing that a refresh finds."""
    assert spec_digest(a_dataset().spec) == spec_digest(a_dataset(**spec).spec)


@pytest.mark.parametrize(
    "spec",
    [
        pytest.param({"target": "other"}, id="the target counts"),
        pytest.param({"format": "csv"}, id="the format counts"),
        pytest.param({"checks": {"minRows": 2}}, id="checks count"),
        pytest.param({"csv": {"decimal": ","}}, id="how numbers are written counts"),
        pytest.param({"csv": {"nullValues": []}}, id="that no word means missing counts"),
        pytest.param({"split": {"seed": 1}}, id="the split counts"),
        pytest.param({"source": {"http": {"url": "http://a/b"}}}, id="the source counts"),
    ],
)
def test_what_counts(spec: dict[str, Any]) -> None:
    """These may change what a refresh finds."""
    assert spec_digest(a_dataset().spec) != spec_digest(a_dataset(**spec).spec)


def test_a_column_is_worded_without_defaults() -> None:
    """The default role is left out, decimals stay texts."""
    columns = [{"name": "radius", "type": "Float", "min": "0.10"}]
    dataset = a_dataset(columns=columns)
    assert dataset.spec.columns is not None
    assert [column_document(column) for column in dataset.spec.columns] == columns


def test_names_of_looks_depend_on_all_that_makes_a_look() -> None:
    """Owner, spec, trigger and attempt: never the same Job twice for different refreshes."""
    one, other = a_dataset(), a_dataset(meta={"uid": "another"})
    names = {
        refresh_name(one, "a", "spec", 0),
        refresh_name(one, "b", "spec", 0),
        refresh_name(one, "a", "retrain:1", 0),
        refresh_name(one, "a", "spec", 1),
        refresh_name(other, "a", "spec", 0),
    }
    assert len(names) == 5
