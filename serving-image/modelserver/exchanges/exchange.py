"""What is known of one request on its way to its answer?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from modelserver.batches.batching import Job
    from modelserver.exchanges.routing import Route
    from modelserver.payloads.answers import Answer

# Of all headers only these are kept.
KEPT_HEADERS: Final = frozenset(
    {
        b"content-encoding",
        b"content-length",
        b"expect",
        b"inference-header-content-length",
        b"traceparent",
        b"transfer-encoding",
        b"x-request-id",
    }
)


class Exchange:
    """A request from the end of its head to its answer. Written by its connection and the API.

    `body` is bytes while it came in one piece, else a bytearray: many tiny chunks must not become
    many objects. `started`: clock at the end of the head. `held`: bytes taken from the budget.
    `guest`: there is no room for its connection, see `Connections`.
    """

    __slots__ = (
        "answer",
        "body",
        "complete",
        "continue_waits",
        "counted",
        "guest",
        "headers",
        "held",
        "job",
        "keep_alive",
        "method",
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
        self.counted = False
        self.guest = False
        self.complete = False
        self.continue_waits = False
        self.route: Route | None = None
        self.job: Job | None = None
        self.answer: Answer | None = None

    def add(self, chunk: bytes) -> None:
        """The chunk stands at the end of the body."""
        if not self.body:
            self.body = chunk
        elif isinstance(self.body, bytearray):
            self.body += chunk
        else:
            self.body = bytearray(self.body) + chunk
