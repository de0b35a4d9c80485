"""Which rows are predicted together, and where?

Everything that arrived in this turn of the event loop is one batch: no timer, so nobody waits for
company. Batches that are expected to last over 2 ms go to one worker thread, so that probes are
answered meanwhile. A batch that fails is repeated request by request: who sent the bad row gets
the failure, the others get their answers.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from modelbundle.prediction import Prediction, Runtime
from modelbundle.rows import Rows, concatenated
from modelserver.refusals import ModelFailed

SLOW_SECONDS = 0.002
_WEIGHT = 0.2

Outcome = Prediction | ModelFailed


class Job:
    """Rows on their way to their outcome; set `gone` when nobody waits for it any more."""

    __slots__ = ("deliver", "gone", "rows")

    def __init__(self, rows: Rows, deliver: Callable[[Outcome], None]) -> None:
        self.rows = rows
        self.deliver = deliver
        self.gone = False


class Batcher:
    """One model, one batch at a time, in order of arrival. Lives in one event loop."""

    def __init__(self, runtime: Runtime, max_rows: int, clock: Callable[[], float]) -> None:
        self._runtime = runtime
        self._max_rows = max_rows
        self._clock = clock
        self._waiting: deque[Job] = deque()
        self._scheduled = False
        self._speed = Speed()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="predict")

    def submit(self, rows: Rows, deliver: Callable[[Outcome], None]) -> Job:
        """`deliver` will be called once, in this event loop, unless the job is gone by then."""
        job = Job(rows, deliver)
        self._waiting.append(job)
        if not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._next)
        return job

    async def predict(self, rows: Rows) -> Prediction:
        """The answers to these rows, for callers that are tasks. Raises ModelFailed."""
        found: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        job = self.submit(rows, found.set_result)
        try:
            outcome = await found
        finally:
            job.gone = True
        if isinstance(outcome, ModelFailed):
            raise outcome
        return outcome

    def close(self) -> None:
        """The worker thread ends after the batch it is in."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _next(self) -> None:
        """Predicts one batch, here or in the thread; is scheduled again while jobs wait."""
        jobs = self._taken()
        if not jobs:
            self._scheduled = False
            return
        rows = sum(len(job.rows) for job in jobs)
        if self._speed.expected_seconds(rows) <= SLOW_SECONDS:
            self._deliver(jobs, self._timed(jobs))
            return
        loop = asyncio.get_running_loop()
        running = loop.run_in_executor(self._thread, self._timed, jobs)
        running.add_done_callback(lambda done: self._deliver(jobs, done.result()))

    def _taken(self) -> list[Job]:
        jobs: list[Job] = []
        rows = 0
        while self._waiting:
            if self._waiting[0].gone:
                self._waiting.popleft()
                continue
            rows += len(self._waiting[0].rows)
            if jobs and rows > self._max_rows:
                break
            jobs.append(self._waiting.popleft())
        return jobs

    def _timed(self, jobs: Sequence[Job]) -> tuple[list[Outcome], float]:
        started = self._clock()
        outcomes = outcomes_of(self._runtime, [job.rows for job in jobs])
        return outcomes, self._clock() - started

    def _deliver(self, jobs: Sequence[Job], timed: tuple[list[Outcome], float]) -> None:
        outcomes, seconds = timed
        self._speed = self._speed.after(sum(len(job.rows) for job in jobs), seconds)
        for job, outcome in zip(jobs, outcomes, strict=True):
            if not job.gone:
                job.deliver(outcome)
        if self._waiting:
            asyncio.get_running_loop().call_soon(self._next)
        else:
            self._scheduled = False


def outcomes_of(runtime: Runtime, parts: Sequence[Rows]) -> list[Outcome]:
    """One outcome per part: its prediction, or why the model failed on it alone."""
    try:
        whole = runtime.predict(concatenated(parts))
    except BaseException as fault:  # noqa: BLE001  (not even SystemExit may end the server)
        if len(parts) == 1:
            return [ModelFailed(fault)]
        return [outcome for part in parts for outcome in outcomes_of(runtime, [part])]
    outcomes: list[Outcome] = []
    start = 0
    for part in parts:
        outcomes.append(whole.part(start, start + len(part)))
        start += len(part)
    return outcomes


@dataclass(frozen=True, slots=True)
class Speed:
    """How long recent batches took: moving averages of seconds and rows; None before the first."""

    seconds: float | None = None
    rows: float = 1.0

    def expected_seconds(self, rows: int) -> float:
        """A batch of average size or less takes the average; a larger one in proportion."""
        if self.seconds is None:
            return float("inf")
        return self.seconds * max(1.0, rows / self.rows)

    def after(self, rows: int, seconds: float) -> Speed:
        """The averages with one more batch; each earlier one fades by a fifth."""
        if self.seconds is None:
            return Speed(seconds, float(rows))
        return Speed(
            self.seconds + _WEIGHT * (seconds - self.seconds),
            self.rows + _WEIGHT * (rows - self.rows),
        )
