"""What is known of one request on its way to its answer?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from modelserver.batches.job import Job
    from modelserver.payloads.answers import Answer
    from modelserver.requests.routing import Route

# Of all headers only these are kept.
KEPT_HEADERS: Final = frozenset(
    {
        b"content-encoding",
        b"content-length",
        b"expect",
        b"inference-header-content-length",
        b"traceparent",
        b"trainyard-mirrored",
        b"trainyard-probe",
        b"transfer-encoding",
        b"x-request-id",
    }
)


class Request:
    """A request from the end of its head to its answer. Written by its connection and the API.

    `body` is bytes while it came in one piece, else a bytearray: many tiny chunks must not become
    many objects. `started`: clock at the end of the head. `held`: bytes taken from the budget.
    `admitted`: it counts towards the concurrency limit. `abandoned`: its client has left.
    `probe_only`: there is no room for its connection, see `Connections`. `refusal`: its answer once
    the rest of its body has come.
    """

    __slots__ = (
        "abandoned",
        "admitted",
        "answer",
        "body",
        "complete",
        "continue_waits",
        "headers",
        "held",
        "job",
        "keep_alive",
        "method",
        "probe_only",
        "refusal",
        "route",
        "started",
        "target",
        "version",
    )

    def __init__(self, method: str, target: bytes, headers: dict[bytes, bytes]) -> None:
        self.method = method
        self.target = target
        self.headers = headers
        self.version = "1.1"
        self.keep_alive = True
        self.started = 0.0
        self.body: bytes | bytearray = b""
        self.held = 0
        self.abandoned = False
        self.admitted = False
        self.probe_only = False
        self.complete = False
        self.continue_waits = False
        self.route: Route | None = None
        self.job: Job | None = None
        self.answer: Answer | None = None
        self.refusal: Answer | None = None

    def add(self, chunk: bytes) -> None:
        """The chunk stands at the end of the body."""
        if not self.body:
            self.body = chunk
        elif isinstance(self.body, bytearray):
            self.body += chunk
        else:
            self.body = bytearray(self.body) + chunk
