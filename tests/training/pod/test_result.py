"""What fits into a termination message, and what is never dropped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.pod.exits import Reason, UserFault
from trainer.pod.result import (
    TERMINATION_BYTES,
    failed,
    termination_message,
    write_termination_message,
)

_DIGEST = "sha256:" + "a" * 64


def _failure(number: int, text: str) -> dict[str, Any]:
    return {
        "check": "Range",
        "column": f"column-{number}",
        "count": number,
        "rows": 569,
        "examples": [f"row {row}: {text}" for row in range(3)],
        "message": f"column-{number}: {text}",
    }


def test_a_short_document_is_written_whole() -> None:
    """Nothing is lost where nothing needs to be."""
    document = {"verb": "ingest", "outcome": "Refused", "failures": [_failure(1, "x")]}
    assert document == json.loads(termination_message(document))


@given(st.integers(0, 40), st.text(min_size=1, max_size=3).map(lambda text: text * 80))
def test_any_refusal_fits_and_stays_json(count: int, text: str) -> None:
    """However many failures: 1,024 bytes, valid JSON, the most important failure first."""
    failures = [_failure(number, text) for number in range(count)]
    document = {"verb": "ingest", "outcome": "Refused", "failures": failures}
    message = termination_message(document)
    found = json.loads(message)
    assert len(message.encode()) <= TERMINATION_BYTES
    assert ["column-0"][:count] == [failure["column"] for failure in found["failures"]][:1]
    assert count == found.get("failuresTotal", len(found["failures"]))


def test_digests_and_metrics_are_kept_whatever_happens() -> None:
    """Messages and libraries give way first."""
    metrics = {f"metric_{number}": "0.973684" for number in range(12)}
    document = {
        "verb": "train",
        "outcome": "Succeeded",
        "bundle": _DIGEST,
        "dataset": _DIGEST,
        "metrics": metrics,
        "champion": {"bundle": _DIGEST, "error": "x" * 2000},
        "libraries": {f"library-{number}": "1.2.3" for number in range(40)},
    }
    found = json.loads(termination_message(document))
    assert (_DIGEST, _DIGEST, metrics) == (found["bundle"], found["dataset"], found["metrics"])
    assert _DIGEST == found["champion"]["bundle"]


def test_a_fault_becomes_a_failed_document(tmp_path: Path) -> None:
    """The message goes to the termination log; without one, nothing breaks."""
    result = failed("ingest", UserFault(Reason.SOURCE_NOT_FOUND, "nothing there"))
    log = tmp_path / "log"
    write_termination_message(result.document, log)
    write_termination_message(result.document, tmp_path / "no" / "folder")
    assert {
        "verb": "ingest",
        "outcome": "Failed",
        "reason": "SourceNotFound",
        "message": "nothing there",
    } == json.loads(log.read_text())


@pytest.mark.parametrize("limit", [64, 300])
def test_a_smaller_bound_is_kept_too(limit: int) -> None:
    """The bound is in bytes, not in characters."""
    document = {"verb": "ingest", "outcome": "Refused", "failures": [_failure(1, "ü" * 300)]}
    assert len(termination_message(document, limit).encode()) <= limit
