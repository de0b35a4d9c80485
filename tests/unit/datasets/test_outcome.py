"""What an ingest Job's result means."""

from __future__ import annotations

import pytest
from builders_training import NOW, Raw, digest, ingest_result, refusal

from trainyard.api.v1alpha1.task import Fault
from trainyard.datasets.outcome import Accepted, Refused, describe_failures, read_outcome
from trainyard.jobs.failure import Failure


def test_accepted_data_is_a_version() -> None:
    """Its short name is the first twelve digits of its digest."""
    found = read_outcome({**ingest_result("d", 100), "warnings": ["w"]}, NOW)
    assert isinstance(found, Accepted)
    assert (found.version.digest, found.version.name) == (digest("d"), "d" * 12)
    assert (found.version.found_at, found.warnings) == (NOW, ("w",))


def test_many_warnings_are_counted_not_lost() -> None:
    """Seven are told, the last says how many more there are, and where."""
    found = read_outcome({**ingest_result("d", 100), "warnings": list("abcdefghij")}, NOW)
    assert isinstance(found, Accepted)
    expected = (*"abcdefg", "and 3 more, which profile.json of the version lists")
    assert found.warnings == expected


def test_refused_data_is_described_with_examples() -> None:
    """Check, column, count, message, examples."""
    found = read_outcome(refusal(), NOW)
    assert isinstance(found, Refused)
    expected = "Range in column radius, 2 of 100 rows: below 0 (row 17: -3.2; row 40: -1)"
    assert expected == describe_failures(found.failures)
    assert not found.is_change_of_schema


def test_many_failures_are_counted_not_listed() -> None:
    """Four are told, the rest is a number."""
    found = read_outcome(refusal(), NOW)
    assert isinstance(found, Refused)
    (failure,) = found.failures
    assert describe_failures((failure,) * 6).endswith("; and 2 more")


@pytest.mark.parametrize(
    ("result", "fault", "reason"),
    [
        pytest.param(
            {"outcome": "Failed", "reason": "SourceNotFound", "message": "no file"},
            Fault.SOURCE,
            "SourceNotFound",
            id="a missing source may come",
        ),
        pytest.param(
            {"outcome": "Failed", "reason": "TaskUnreadable", "message": "?"},
            Fault.USER,
            "TaskUnreadable",
            id="another failure is the user's",
        ),
        pytest.param(
            {"outcome": "Accepted", "digest": "nonsense"},
            Fault.INFRASTRUCTURE,
            "ResultUnreadable",
            id="a digest that is none is a machine's fault",
        ),
        pytest.param({}, Fault.INFRASTRUCTURE, "ResultUnreadable", id="so is an empty document"),
        pytest.param(
            {"outcome": "Refused", "failures": [3]},
            Fault.INFRASTRUCTURE,
            "ResultUnreadable",
            id="so are failures of another shape",
        ),
    ],
)
def test_a_result_without_a_version(result: Raw, fault: Fault, reason: str) -> None:
    """No shape of the document raises."""
    found = read_outcome(result, NOW)
    assert isinstance(found, Failure)
    assert (found.fault, found.reason) == (fault, reason)


def test_a_change_of_shape_counts_columns_not_rows() -> None:
    """Its message names them; `1 of 400 rows` would say something else."""
    found = read_outcome(refusal("SchemaChanged"), NOW)
    assert isinstance(found, Refused)
    assert found.is_change_of_schema
    expected = "SchemaChanged in column radius: below 0 (row 17: -3.2; row 40: -1)"
    assert expected == describe_failures(found.failures)
