"""What did a look find? The result document of an ingest Job, read without trusting its shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from trainyard.api.v1alpha1.dataset_status import CheckFailure, DatasetVersion
from trainyard.conditions import shorten
from trainyard.jobs.failure import Failure, Fault

SCHEMA_CHANGED = "SchemaChanged"
_FAILURES_KEPT = 8
_MESSAGE = 320
_EXAMPLE = 120


@dataclass(frozen=True, slots=True)
class Accepted:
    """The data passed its checks."""

    version: DatasetVersion
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """A check refused the data."""

    failures: tuple[CheckFailure, ...]

    @property
    def is_change_of_shape(self) -> bool:
        """Whether the data has another shape than the locked one."""
        return any(failure.check == SCHEMA_CHANGED for failure in self.failures)


LookOutcome = Accepted | Refused | Failure


def read_outcome(result: Mapping[str, Any], at: datetime) -> LookOutcome:
    """Return what the result document says; one that says nothing usable is a machine's fault."""
    try:
        return _read(result, at)
    except (ValidationError, KeyError, TypeError, AttributeError) as error:
        text = f"the result of the look cannot be read: {error}"
        return Failure(Fault.MACHINE, "ResultUnreadable", shorten(text, _MESSAGE))


def _read(result: Mapping[str, Any], at: datetime) -> LookOutcome:
    outcome = result["outcome"]
    if outcome == "Accepted":
        warnings = tuple(shorten(str(text), 256) for text in result.get("warnings") or ())
        return Accepted(_version(result, at), warnings[:_FAILURES_KEPT])
    if outcome == "Refused":
        return Refused(tuple(_failure(f) for f in result["failures"][:_FAILURES_KEPT]))
    reason = shorten(str(result.get("reason", "Error")), 64)
    message = str(result.get("message", ""))
    fault = Fault.SOURCE if reason.startswith("Source") else Fault.USER
    return Failure(fault, reason, shorten(message, _MESSAGE))


def _version(result: Mapping[str, Any], at: datetime) -> DatasetVersion:
    return DatasetVersion(
        digest=result["digest"],
        name=str(result["digest"])[7:19],
        schema_digest=result["schemaDigest"],
        source_digest=str(result.get("sourceDigest") or ""),
        rows=result["rows"],
        train_rows=result["trainRows"],
        test_rows=result["testRows"],
        columns=result.get("columns", 0),
        bytes=result.get("bytes", 0),
        found_at=at,
    )


def _failure(found: Mapping[str, Any]) -> CheckFailure:
    return CheckFailure(
        check=shorten(str(found["check"]), 256),
        column=shorten(str(found.get("column") or ""), 256),
        count=int(found.get("count") or 0),
        rows=int(found.get("rows") or 0),
        examples=tuple(shorten(str(e), _EXAMPLE) for e in (found.get("examples") or ())[:3]),
        message=shorten(str(found.get("message") or ""), _MESSAGE),
    )


def describe_failures(failures: tuple[CheckFailure, ...]) -> str:
    """Return the failures in words: check, column, count, and up to three examples each."""
    return "; ".join(_describe(failure) for failure in failures[:4]) + _more(len(failures) - 4)


def _describe(failure: CheckFailure) -> str:
    several = "," in failure.column and failure.check == SCHEMA_CHANGED
    place = f" in column{'s' if several else ''} {failure.column}" if failure.column else ""
    # A change of shape counts columns, which its message names.
    of_rows = failure.rows and failure.check != SCHEMA_CHANGED
    count = f", {failure.count} of {failure.rows} rows" if of_rows else ""
    examples = f" ({'; '.join(failure.examples)})" if failure.examples else ""
    said = f": {failure.message}" if failure.message else ""
    return f"{failure.check}{place}{count}{said}{examples}"


def _more(count: int) -> str:
    return f"; and {count} more" if count > 0 else ""
