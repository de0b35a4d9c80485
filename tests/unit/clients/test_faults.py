"""Each answer of the API server means one fault, by what can be done about it."""

from __future__ import annotations

import pytest

from trainyard.clients.faults import (
    AlreadyExists,
    ClusterFault,
    Conflict,
    Forbidden,
    Gone,
    NotFound,
    Refused,
    Unavailable,
    fault_of,
)


@pytest.mark.parametrize(
    ("status", "body", "fault"),
    [
        pytest.param(404, "", NotFound, id="not there"),
        pytest.param(409, '{"reason": "Conflict"}', Conflict, id="changed meanwhile"),
        pytest.param(409, '{"reason": "AlreadyExists"}', AlreadyExists, id="the name is taken"),
        pytest.param(410, "", Gone, id="a version that is too old"),
        pytest.param(400, "", Refused, id="a bad request"),
        pytest.param(413, "", Refused, id="too large"),
        pytest.param(422, "", Refused, id="an invalid object"),
        pytest.param(401, "", Forbidden, id="not logged in"),
        pytest.param(403, "", Forbidden, id="a missing right"),
        pytest.param(429, "", Unavailable, id="too many requests"),
        pytest.param(500, "", Unavailable, id="an internal error"),
        pytest.param(504, "<html>", Unavailable, id="a gateway in between"),
        pytest.param(418, "", Unavailable, id="a status nobody foresaw"),
    ],
)
def test_a_status_is_a_fault(status: int, body: str, fault: type[ClusterFault]) -> None:
    """What nobody foresaw is tried again later."""
    assert fault is type(fault_of("get /x", status, body))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param('{"message": "exceeded quota"}', "exceeded quota", id="the server's message"),
        pytest.param(b"upstream timed out", "upstream timed out", id="plain text"),
        pytest.param("[1]", "[1]", id="JSON that is no Status"),
        pytest.param(None, "no message", id="nothing at all"),
    ],
)
def test_the_text_names_request_and_reason(body: str | bytes | None, message: str) -> None:
    """It is what the condition shows."""
    assert f"create /x: {message} (HTTP 403)" == str(fault_of("create /x", 403, body))
