"""What clients and the log are told about faults."""

from __future__ import annotations

import io

import pytest

from modelserver.error_log import ErrorLog
from modelserver.metrics.serving_metrics import ServingMetrics
from modelserver.payloads.refusals import BeyondModel, ModelFailed, RequestRefused
from modelserver.requests.body import Budget
from modelserver.requests.concurrency import ConcurrencyLimit
from modelserver.requests.lifecycle import Lifecycle
from modelserver.requests.server_context import ServerContext
from modelserver.settings import Limits


@pytest.mark.parametrize(
    ("fault", "status", "sentence", "events"),
    [
        pytest.param(RequestRefused("too big", 413), 413, "too big", [], id="a refusal"),
        pytest.param(
            ModelFailed(ValueError("secret")),
            500,
            "the model failed on this request (ValueError); the log of the server has the details",
            ["model-failed"],
            id="a failing model",
        ),
        pytest.param(
            BeyondModel(ValueError("secret"), 1.5e300),
            400,
            "the model cannot compute with a number as large as 1.5e+300",
            [],
            id="a number that no model can take",
        ),
        pytest.param(
            KeyError("secret"),
            500,
            "the server failed on this request; its log has the details",
            ["server-failed"],
            id="a bug",
        ),
    ],
)
def test_faults_are_explained(
    fault: Exception, status: int, sentence: str, events: list[str]
) -> None:
    """The client gets a status and a sentence; details that are not its own go to the log."""
    written = io.StringIO()
    server = ServerContext(
        lifecycle=Lifecycle(),
        metrics=ServingMetrics(),
        limits=Limits(),
        log=ErrorLog(lambda: 0.0, written),
        clock=lambda: 0.0,
        concurrency=ConcurrencyLimit(1),
        budget=Budget(1),
    )
    assert (status, sentence) == server.explained(fault)
    assert [True for _ in events] == [event in written.getvalue() for event in events]
    assert bool(events) == ("secret" in written.getvalue())
