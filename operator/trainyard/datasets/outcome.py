"""What did a refresh find? The result of an ingest Job, read without trusting its shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from trainyard.api.v1alpha1.dataset_status import CheckFailure, DatasetVersion
from trainyard.api.v1alpha1.task import Fault
from trainyard.api.v1alpha1.version_difference import VersionDifference
from trainyard.conditions import shorten
from trainyard.datasets.difference import describe_difference, read_difference
from trainyard.jobs.failure import Failure

SCHEMA_CHANGED = "SchemaChanged"
_FAILURES_KEPT = 8
_MESSAGE = 320
_EXAMPLE = 120

UNREADABLE_STATE = Failure(
    Fault.INFRASTRUCTURE,
    "ResultUnreadable",
    "the status no longer says what the last refresh found",
)


@dataclass(frozen=True, slots=True)
class SourceRead:
    """In which state the source was read, until when its data is fresh enough, and where a page
    about it lies.
    """

    state: str | None = None
    fresh_until: datetime | None = None
    report: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The data passed its checks."""

    version: DatasetVersion
    warnings: tuple[str, ...] = ()
    difference: VersionDifference | None = None
    source: SourceRead = SourceRead()


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The source is as it was when it was read last; nothing was read."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A check refused the data."""

    failures: tuple[CheckFailure, ...]
    difference: VersionDifference | None = None
    source: SourceRead = SourceRead()

    @property
    def is_change_of_schema(self) -> bool:
        """Whether the data has another schema than the locked one."""
        return any(failure.check == SCHEMA_CHANGED for failure in self.failures)


RefreshOutcome = Accepted | Refused | Unchanged | Failure


def read_outcome(result: Mapping[str, Any], at: datetime) -> RefreshOutcome:
    """Return what the result document says; one that cannot be read may be better next time."""
    try:
        return _read(result, at)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        text = f"the result of the refresh cannot be read: {error}"
        return Failure(Fault.INFRASTRUCTURE, "ResultUnreadable", shorten(text, _MESSAGE))


def _read(result: Mapping[str, Any], at: datetime) -> RefreshOutcome:
    outcome = result["outcome"]
    if outcome == "Unchanged":
        return Unchanged()
    if outcome == "Accepted":
        difference = read_difference(result)
        version, warnings = (
            _version(result, at, difference),
            _warnings(result.get("warnings") or ()),
        )
        return Accepted(version, warnings, difference, _source(result))
    if outcome == "Refused":
        failures = tuple(_failure(f) for f in result["failures"][:_FAILURES_KEPT])
        return Refused(failures, read_difference(result), _source(result))
    reason = shorten(str(result.get("reason", "Error")), 64)
    message = str(result.get("message", ""))
    fault = Fault.SOURCE if reason.startswith("Source") else Fault.USER
    return Failure(fault, reason, shorten(message, _MESSAGE))


def _warnings(given: Sequence[Any]) -> tuple[str, ...]:
    texts = tuple(shorten(str(text), 256) for text in given)
    if len(texts) <= _FAILURES_KEPT:
        return texts
    kept = texts[: _FAILURES_KEPT - 1]
    return (*kept, f"and {len(texts) - len(kept)} more, which profile.json of the version lists")


def _source(result: Mapping[str, Any]) -> SourceRead:
    fresh = result.get("freshUntil")
    return SourceRead(
        state=result.get("sourceState"),
        fresh_until=datetime.fromisoformat(fresh) if fresh else None,
        report=shorten(str(result.get("report") or ""), 256),
    )


def _version(
    result: Mapping[str, Any], at: datetime, difference: VersionDifference | None
) -> DatasetVersion:
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
        difference=describe_difference(difference),
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
    # A change of schema counts columns, which its message names.
    of_rows = failure.rows and failure.check != SCHEMA_CHANGED
    count = f", {failure.count} of {failure.rows} rows" if of_rows else ""
    examples = f" ({'; '.join(failure.examples)})" if failure.examples else ""
    said = f": {failure.message}" if failure.message else ""
    return f"{failure.check}{place}{count}{said}{examples}"


def _more(count: int) -> str:
    return f"; and {count} more" if count > 0 else ""
