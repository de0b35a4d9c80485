"""How task documents are read, and what is said about unreadable ones."""

from __future__ import annotations

import json
from typing import Any

import pytest

from trainer.pod.exits import Exit, UserFault
from trainer.tasks.task import read_ingest_task, read_train_task

_INGEST: dict[str, Any] = {
    "version": 1,
    "dataset": "tumours",
    "source": {"kind": "files", "root": "/trainyard/source", "path": "*.csv"},
    "target": "y",
    "now": "2026-11-21T08:00:00Z",
}


def test_the_document_of_the_contract_is_read() -> None:
    """Every field that the operator may send has its place."""
    full = _INGEST | {
        "format": None,
        "columns": [
            {
                "name": "y",
                "type": "Category",
                "role": "Feature",
                "min": None,
                "max": None,
                "allowed": ["a", "b"],
                "maxMissingPercent": "0.5",
            }
        ],
        "lockedSchema": None,
        "checks": {
            "minRows": 200,
            "maxDuplicateRowsPercent": 5,
            "maxAgeSeconds": 604800,
            "targetLeakage": "Refuse",
        },
        "split": {"testPercent": "12.5", "by": "RowHash", "seed": 7},
    }
    task = read_ingest_task(json.dumps(full))
    assert "12.5" == str(task.split.test_percent)
    assert ("a", "b") == (task.columns or ())[0].allowed


def _without(name: str) -> dict[str, Any]:
    return {key: value for key, value in _INGEST.items() if key != name}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("{", "Invalid JSON", id="it is no JSON"),
        pytest.param(json.dumps(_without("target")), "target: Field required", id="a field lacks"),
        pytest.param(
            json.dumps(_INGEST | {"colour": "red"}),
            "colour: Extra inputs are not permitted (found 'red'). Is this image older than the"
            " operator, which knows more? Install both from one release",
            id="a field that nobody knows",
        ),
        pytest.param(
            json.dumps(_INGEST | {"split": {"testPercent": 0}}),
            "split.testPercent: Input should be greater than 0",
            id="a value out of bounds names its place",
        ),
    ],
)
def test_an_unreadable_document_names_field_and_value(text: str, words: str) -> None:
    """Exit 10 with a sentence that shows what to change."""
    with pytest.raises(UserFault) as raised:
        read_ingest_task(text)
    assert Exit.TASK_UNREADABLE == raised.value.exit_code
    assert words in raised.value.message


def test_train_documents_are_read_by_the_same_rules() -> None:
    """An unknown field of a training document ends with exit 10 as well."""
    with pytest.raises(UserFault, match="colour") as raised:
        read_train_task(json.dumps({"version": 1, "colour": "red"}))
    assert Exit.TASK_UNREADABLE == raised.value.exit_code
