"""What do the APIs share besides the core? Metrics, limits, and sentences for faults."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from modelserver.error_log import ErrorLog
from modelserver.metrics.serving_metrics import ServingMetrics
from modelserver.payloads.answers import Answer
from modelserver.payloads.refusals import BeyondModel, ModelFailed, RequestRefused
from modelserver.requests.body import Budget
from modelserver.requests.concurrency import ConcurrencyLimit
from modelserver.requests.lifecycle import Lifecycle
from modelserver.requests.request import Request
from modelserver.settings import Limits

Note = Callable[[Request, Answer, float], None]


@dataclass(frozen=True, slots=True)
class ServerContext:
    """One for all ports, so that limits and counts are of the server."""

    lifecycle: Lifecycle
    metrics: ServingMetrics
    limits: Limits
    log: ErrorLog
    clock: Callable[[], float]
    concurrency: ConcurrencyLimit
    budget: Budget
    note: Note | None = None  # called for every prediction asked for, with its answer and seconds

    def explained(self, fault: Exception) -> tuple[int, str]:
        """HTTP status and sentence for the client; what is not its doing stands in the log."""
        if isinstance(fault, RequestRefused):
            return fault.status, str(fault)
        if isinstance(fault, BeyondModel):
            return 400, str(fault)
        if isinstance(fault, ModelFailed):
            self.log.write("model-failed", str(fault.cause), fault.cause)
            return 500, str(fault)
        self.log.write("server-failed", str(fault), fault)
        return 500, "the server failed on this request; its log has the details"
