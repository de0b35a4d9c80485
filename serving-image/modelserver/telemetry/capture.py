"""Which requests are kept with their answers, and how do they leave without holding one up?

The event loop puts a captured request into a queue of bounded size and goes on. A thread sends
what waits to the collector beside the server. Each row that was drawn is in the end stored or
dropped, or still on its way: nothing is lost without being counted.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, MutableMapping
from itertools import islice

from modelbundle.captured_rows import CapturedRequest, CaptureEncoder
from modelbundle.prediction import Prediction
from modelbundle.rows import Rows
from modelbundle.signature import Signature
from modelserver.error_log import ErrorLog
from modelserver.settings import CaptureSettings
from modelserver.telemetry.collector_link import CollectorLink
from modelserver.telemetry.request_ids import NO_USERS, RequestIds, drawn_by_id

MAX_WAITING_BYTES = 32 << 20
_EVERY_SECONDS = 0.1
_REQUESTS_PER_FRAME = 256
_PER_REQUEST, _PER_TEXT = 400, 80  # what the objects of one take beside their numbers
_LAST_SECONDS = 5.0
_PAUSE_SECONDS = 1.0


class Capture:
    """Draws requests and sends them on. All but the thread runs in the event loop."""

    def __init__(
        self,
        settings: CaptureSettings,
        signature: Signature,
        log: ErrorLog,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.sampled = 0
        self._ids = RequestIds()
        self._is_drawn = drawn_by_id(settings.percent)
        self._encoder = CaptureEncoder(signature, settings.exclude)
        self._link = CollectorLink(settings.socket, self._encoder.model.frame())
        self._log = log
        self._now = now
        self._waiting: deque[CapturedRequest] = deque()
        self._added = self._taken = 0  # bytes; the loop writes the first, the thread the second
        self._refused = self._unsent = 0  # rows, likewise
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="capture", daemon=True)
        self._thread.start()

    @property
    def stored(self) -> int:
        """Rows that are in the store, as the collector says."""
        return self._link.stored

    @property
    def dropped(self) -> int:
        """Rows that will not be: no room to wait, or the collector went with them."""
        return self._refused + self._unsent + self._link.lost

    def id_of(self, headers: MutableMapping[bytes, bytes], named: str | None) -> str:
        """The request's id, see `RequestIds`."""
        return self._ids.id_of(headers, named)

    def wants(self, request_id: str, headers: Mapping[bytes, bytes]) -> bool:
        """True when the request is drawn and a user's."""
        return self._is_drawn(request_id) and NO_USERS.isdisjoint(headers)

    def add(self, request_id: str, rows: Rows, predicted: Prediction) -> None:
        """The answered request will be stored, or is counted as dropped."""
        self.sampled += len(rows)
        size = _size(rows)
        if self._added - self._taken + size > MAX_WAITING_BYTES:
            self._refused += len(rows)
            return
        self._added += size
        self._waiting.append(CapturedRequest(request_id, self._now(), rows, predicted))

    def close(self, max_seconds: float = _LAST_SECONDS) -> None:
        """What waits is sent and stored, as far as there is time."""
        self._link.end_by(time.monotonic() + max_seconds)
        self._ending.set()
        self._thread.join(max_seconds + 1.0)

    # ── in the thread ─────────────────────────────────────────────────────────────────────
    def _run(self) -> None:
        while not self._ending.wait(_EVERY_SECONDS):
            if not self._forward():
                self._ending.wait(_PAUSE_SECONDS)
        if self._forward():
            self._link.finish()
        self._unsent += sum(len(request.rows) for request in self._waiting)
        self._waiting.clear()

    def _forward(self) -> bool:
        """Sends what waits; false when the collector cannot be reached."""
        try:
            self._link.connect()
            while self._waiting:
                self._send_some()
            self._link.hear()
        except OSError as fault:
            lost = self._link.close()
            self._log.write("capture-interrupted", f"{fault}; {lost} rows were lost with it")
            return False
        return True

    def _send_some(self) -> None:
        requests = list(islice(self._waiting, _REQUESTS_PER_FRAME))
        for request in requests:
            self._waiting.popleft()
            self._taken += _size(request.rows)
        rows = sum(len(request.rows) for request in requests)
        try:
            frame = self._encoder.frame(requests)
        except Exception as fault:  # noqa: BLE001  (the thread must outlive a bug: others wait)
            self._unsent += rows
            self._log.write("capture-failed", f"{rows} rows cannot be captured: {fault}", fault)
            return
        self._link.send(frame, rows)


def _size(rows: Rows) -> int:
    return rows.numbers.nbytes + _PER_TEXT * rows.texts.size + _PER_REQUEST
