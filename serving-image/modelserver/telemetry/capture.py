"""Which requests are kept with their answers, and how do they leave without holding one up?

The event loop puts a captured request into a queue of bounded size and goes on. A thread sends
what waits to the collector beside the server. Each row that was drawn is in the end stored or
dropped, or still on its way: nothing is lost without being counted.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from itertools import islice

from modelbundle.captured_rows import AnsweredRequests, CaptureEncoder
from modelbundle.prediction import Prediction
from modelbundle.rows import Rows
from modelbundle.signature import Signature
from modelserver.error_log import ErrorLog
from modelserver.settings import CaptureSettings
from modelserver.telemetry.collector_link import CollectorLink
from modelserver.telemetry.request_ids import RequestDraw

MAX_WAITING_BYTES = 32 << 20
_EVERY_SECONDS = 0.1
_BATCHES_PER_FRAME = 256
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
        self.drawn = RequestDraw(settings.percent).drawn
        self._encoder = CaptureEncoder(signature, settings.exclude)
        self._link = CollectorLink(settings.socket, self._encoder.model.frame())
        self._log = log
        self._now = now
        self._waiting: deque[AnsweredRequests] = deque()
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

    def add(self, ids: list[str], counts: list[int], rows: Rows, predicted: Prediction) -> None:
        """These answered requests will be stored, or are counted as dropped."""
        self.sampled += len(rows)
        answered = AnsweredRequests(ids, counts, self._now(), rows, predicted)
        size = _size(answered)
        if self._added - self._taken + size > MAX_WAITING_BYTES:
            self._refused += len(rows)
            return
        self._added += size
        self._waiting.append(answered)

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
        self._unsent += sum(len(each.rows) for each in self._waiting)
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
        answered = list(islice(self._waiting, _BATCHES_PER_FRAME))
        for each in answered:
            self._waiting.popleft()
            self._taken += _size(each)
        rows = sum([len(each.rows) for each in answered])
        try:
            frame = self._encoder.frame(answered)
        except Exception as fault:  # noqa: BLE001  (the thread must outlive a bug: others wait)
            self._unsent += rows
            self._log.write("capture-failed", f"{rows} rows cannot be captured: {fault}", fault)
            return
        self._link.send(frame, rows)


def _size(answered: AnsweredRequests) -> int:
    """About how many bytes of memory they take."""
    rows, (values, chances) = answered.rows, answered.predicted
    answers = values.nbytes + (chances.nbytes if chances is not None else 0)
    objects = _PER_REQUEST * len(answered.ids) + _PER_TEXT * rows.texts.size
    return rows.numbers.nbytes + answers + objects
