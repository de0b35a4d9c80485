"""How does a verb's outcome reach the store and the pod's termination message?"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trainer.pod.exits import Exit, Fault

TERMINATION_BYTES = 3072
"""What the kubelet keeps of each of a pod's four containers: 12 KiB of the pod, 4,096 bytes of a
container. Beyond that it cuts, in the middle of a word."""
COMPRESSED = "gzip:"
"""Before the base64 text of a compressed document."""
READABLE_BYTES = 64 << 10
"""What the operator unpacks of one, as a user's container may write a message, too."""
LEFT_OUT = "leftOut"
"""Which members the stored result has beyond the message; a report Job may have room for them."""

_KEPT_WHOLE = frozenset(
    {"verb", "outcome", "reason", "check", "task", "serves", "code", "packedCode"}
)
_STRING_LIMITS = (400, 240, 160, 120, 80, 56, 40)

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Result:
    """What a verb found: `document` is result.json as the contract words it."""

    document: Document = field(default_factory=dict)
    exit_code: Exit = Exit.DONE


def failed(verb: str, fault: Fault) -> Result:
    """The result of a verb that ended with this fault."""
    document = {
        "verb": verb,
        "outcome": "Failed",
        "reason": str(fault.reason),
        "message": fault.message,
    }
    return Result(document, fault.exit_code)


def termination_message(document: Mapping[str, Any], limit: int = TERMINATION_BYTES) -> str:
    """The document as JSON, or compressed, in at most `limit` UTF-8 bytes.

    What is too long is shortened in a fixed order: long texts, examples, warnings, failures beyond
    the most important ones (`failuresTotal` then counts all). Then members are left out, and named
    in `leftOut`: the analysis, libraries, metrics that the user's code reported, metrics. Digests
    stay.
    """
    text = ""
    for attempt in _attempts(dict(document)):
        text = json.dumps(attempt, separators=(",", ":"), ensure_ascii=False)
        if len(text.encode()) > READABLE_BYTES:
            continue
        for form in (text, _compressed(text)):
            if len(form.encode()) <= limit:
                return form
    return text.encode()[:limit].decode(errors="ignore")


def _compressed(text: str) -> str:
    return COMPRESSED + base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()


def write_termination_message(document: Mapping[str, Any], path: Path, limit: int) -> None:
    """The pod's status will show the shortened document. A missing log file is not an error."""
    try:
        path.write_text(termination_message(document, limit), encoding="utf-8")
    except OSError:
        # Outside a pod there is no such file; the document was printed to the log as well.
        return


def _attempts(document: Document) -> Iterator[Document]:
    yield document
    for limit in _STRING_LIMITS[:3]:
        document = _with_short_texts(document, limit)
        yield document
    for step in _reductions(document):
        document = step(document)
        yield document
        for limit in _STRING_LIMITS[3:]:
            yield _with_short_texts(document, limit)


def _reductions(document: Document) -> Iterator[Callable[[Document], Document]]:
    yield lambda found: _with_examples(found, 3, 40)
    yield lambda found: _with_examples(found, 1, 40)
    if document.get("warnings"):
        yield _with_counted_warnings
    for count in range(len(document.get("failures") or ()) - 1, 0, -1):
        yield lambda found, count=count: _with_failures(found, count)  # type: ignore[misc]
    yield lambda found: _with_fewer(found, "quantitativeAnalysis", 0)
    yield lambda found: _with_fewer(found, "libraries", 0)
    for member in ("ownMetrics", "metrics"):
        for percent in (75, 50, 25, 10, 0):
            count = len(document.get(member) or ()) * percent // 100
            yield lambda found, member=member, count=count: _with_fewer(found, member, count)  # type: ignore[misc]


def _with_short_texts(value: Any, limit: int) -> Any:
    if isinstance(value, Mapping):
        return {
            key: member if key in _KEPT_WHOLE else _with_short_texts(member, limit)
            for key, member in value.items()
        }
    if isinstance(value, list | tuple):
        return [_with_short_texts(member, limit) for member in value]
    if isinstance(value, str) and len(value) > limit and not value.startswith("sha256:"):
        return value[: limit - 1].rstrip() + "…"
    return value


def _with_examples(document: Document, count: int, limit: int) -> Document:
    failures = document.get("failures")
    if not failures:
        return document
    shortened = [
        {**failure, "examples": _with_short_texts(list(failure.get("examples", ()))[:count], limit)}
        for failure in failures
    ]
    return {**document, "failures": shortened}


def _with_counted_warnings(document: Document) -> Document:
    warnings = document["warnings"]
    return {**document, "warnings": [*warnings[:1]], "warningsTotal": len(warnings)}


def _with_fewer(document: Document, member: str, count: int) -> Document:
    """The first `count` entries of the member, which is named as not whole."""
    entries = document.get(member) or {}
    if len(entries) <= count:
        return document
    left_out = sorted({*document.get(LEFT_OUT, ()), member})
    return {**document, member: dict(list(entries.items())[:count]), LEFT_OUT: left_out}


def _with_failures(document: Document, count: int) -> Document:
    failures = document["failures"]
    total = document.get("failuresTotal", len(failures))
    return {**document, "failures": failures[:count], "failuresTotal": total}
