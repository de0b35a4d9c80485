"""What fits into a termination message, and what is never dropped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from modelbundle.canonical import digest_of
from trainer.pod.exits import Reason, UserFault
from trainer.pod.result import (
    TERMINATION_BYTES,
    failed,
    termination_message,
    write_termination_message,
)
from trainyard.jobs.result_message import read_document

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


def test_a_longer_one_is_compressed_and_still_whole() -> None:
    """What says the same again and again takes little room."""
    failures = [_failure(number, "not a number") for number in range(40)]
    document = {"verb": "ingest", "outcome": "Refused", "failures": failures}
    message = termination_message(document)
    assert message.startswith("gzip:")
    assert document == read_document(message)


@example(33, "\\0\u0800" * 80)  # compressed it fits, unpacked nobody would read it
@given(st.integers(0, 40), st.text(min_size=1, max_size=3).map(lambda text: text * 80))
def test_any_refusal_fits_and_stays_json(count: int, text: str) -> None:
    """However many failures: bounded, whole JSON, the most important failure first."""
    failures = [_failure(number, text) for number in range(count)]
    document = {"verb": "ingest", "outcome": "Refused", "failures": failures}
    message = termination_message(document, 1024)
    found = read_document(message) or {}
    assert len(message.encode()) <= 1024
    assert ["column-0"][:count] == [failure["column"] for failure in found["failures"]][:1]
    assert count == found.get("failuresTotal", len(found["failures"]))


def test_digests_are_kept_whatever_happens_and_metrics_as_long_as_possible() -> None:
    """Messages, libraries and the metrics of users' code give way first, in this order."""
    metrics = {f"metric_{number}": "0.973684" for number in range(12)}
    document = {
        "verb": "train",
        "outcome": "Succeeded",
        "bundle": _DIGEST,
        "dataset": _DIGEST,
        "metrics": metrics,
        "ownMetrics": {digest_of(str(n).encode())[7:27]: "0.5" for n in range(8)},
        "champion": {"bundle": _DIGEST, "error": "x" * 2000},
        "libraries": {f"library-{number}": "1.2.3" for number in range(40)},
    }
    for limit, left_out in (
        (1000, []),
        (500, ["libraries"]),
        (320, ["libraries", "ownMetrics"]),
        (250, ["libraries", "metrics", "ownMetrics"]),
    ):
        found = read_document(termination_message(document, limit)) or {}
        assert left_out == found.get("leftOut", []), limit
        assert (_DIGEST, _DIGEST) == (found["bundle"], found["dataset"])
        assert _DIGEST == found["champion"]["bundle"]
        assert ("metrics" in left_out) == (metrics != found["metrics"])


def test_a_fault_becomes_a_failed_document(tmp_path: Path) -> None:
    """The message goes to the termination log; without one, nothing breaks."""
    result = failed("ingest", UserFault(Reason.SOURCE_NOT_FOUND, "nothing there"))
    log = tmp_path / "log"
    write_termination_message(result.document, log, TERMINATION_BYTES)
    write_termination_message(result.document, tmp_path / "no" / "folder", TERMINATION_BYTES)
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
