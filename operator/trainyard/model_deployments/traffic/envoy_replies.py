"""What does a router say itself, where no server answers? The same as a server: `{"error": …}`."""

from __future__ import annotations

from typing import Any

REPLIES = {
    400: "this is no valid HTTP request",
    408: "the request did not come within its time: send it again",
    413: "the request is longer than the router takes: send fewer rows at a time",
    414: "the address of the request is too long",
    426: "this version of HTTP is not spoken here: use HTTP/1.1 or HTTP/2",
    429: "too many requests from this client: send fewer, or several rows in one",
    431: "the head of the request is too long: send fewer or shorter headers",
}
"""Of answers for which Envoy has no words, or none that help."""
RETRY_AFTER_SECONDS = 1
COME_AGAIN = (429, 503)
"""Of whoever is turned away, by load, by a limit or between two servers."""


def local_replies() -> dict[str, Any]:
    """Return how Envoy words its own answers; those of servers pass as they are."""
    return {
        "mappers": [
            _calls(),
            *(_mapper(status) for status in sorted({*REPLIES, *COME_AGAIN})),
        ],
        "body_format": _form("%LOCAL_REPLY_BODY%"),
    }


def _calls() -> dict[str, Any]:
    """Return the mapper of calls over gRPC, which have a place of their own for the sentence."""
    header = {"name": "content-type", "string_match": {"prefix": "application/grpc"}}
    text = {"text_format_source": {"inline_string": "%LOCAL_REPLY_BODY%"}}
    return {"filter": {"header_filter": {"header": header}}, "body_format_override": text}


def _mapper(status: int) -> dict[str, Any]:
    found = _filter(status)
    if status in REPLIES:
        found["body_format_override"] = _form(REPLIES[status])
    if status in COME_AGAIN:
        found["headers_to_add"] = [_header("retry-after", str(RETRY_AFTER_SECONDS))]
    return found


def _filter(status: int) -> dict[str, Any]:
    value = {"default_value": status, "runtime_key": f"trainyard.replies.{status}"}
    return {"filter": {"status_code_filter": {"comparison": {"op": "EQ", "value": value}}}}


def _form(text: str) -> dict[str, Any]:
    return {"json_format": {"error": text}}


def _header(key: str, value: str) -> dict[str, Any]:
    return {"header": {"key": key, "value": value}}
