"""Which rows are predicted together, and where?

Everything that arrived in this turn of the event loop is one batch: no timer, so nobody waits for
company. Only a batch that is expected to last over 0.2 ms waits for turns as long as they bring
more (see `gathering`), which takes far less than that. Batches that are expected to last over 2 ms
go to one worker thread, so that probes are answered meanwhile. A batch that fails is repeated
request by request: who sent the bad row gets the failure, the others get their answers.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext, suppress

import numpy as np

from modelbundle.prediction import Prediction, Runtime
from modelbundle.rows import Rows, concatenated
from modelserver.batches.batch_speed import BatchSpeed
from modelserver.batches.gathering import Gathering
from modelserver.batches.job import Batch, Job, Outcome
from modelserver.batches.keeping import Keep, keep_drawn
from modelserver.metrics.batch_metrics import BatchMetrics
from modelserver.payloads.refusals import BeyondModel, ModelFailed

SLOW_SECONDS = 0.002
# Two empty turns of the loop take some 20 µs.
_WORTH_GATHERING_SECONDS = 0.0002
# The product of two such numbers is no longer a float32, in which most models compute.
_EXTREME = 1e18

# Rows that were predicted, what the model said, and the time of the clock.
Sampling = Callable[[Rows, Prediction, float], None]


class Batcher:
    """One model, one batch at a time, in order of arrival. Lives in one event loop.

    `metrics` counts what it does; `sampling` is shown every batch after its answers are delivered.
    """

    def __init__(
        self,
        runtime: Runtime,
        max_rows: int,
        clock: Callable[[], float],
        metrics: BatchMetrics | None = None,
        sampling: Sampling | None = None,
    ) -> None:
        self.clock = clock
        self.metrics = metrics or BatchMetrics()
        self._runtime = runtime
        self._max_rows = max_rows
        self._sampling = sampling
        self._keep: Keep | None = None
        self._waiting: deque[Job] = deque()
        self._scheduled: asyncio.Handle | None = None
        self._busy = False
        self._since: float | None = None  # when the present batch went to the model
        self._speed = BatchSpeed()
        self._gathering = Gathering()
        self._together: AbstractContextManager[None] = nullcontext()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="predict")

    def deliver_inside(self, together: AbstractContextManager[None]) -> None:
        """The outcomes of a batch will be delivered inside `together`, such as an outbox."""
        self._together = together

    def keep_with(self, keep: Keep) -> None:
        """Drawn requests are given to `keep` after their answers are delivered, once a batch."""
        self._keep = keep

    def submit(
        self, rows: Rows, deliver: Callable[[Outcome], None], drawn: str | None = None
    ) -> Job:
        """`deliver` will be called once, in this event loop, unless the job is gone by then."""
        job = Job(rows, deliver, self.clock(), drawn)
        self._waiting.append(job)
        self._schedule()
        return job

    def predict_now(self) -> None:
        """What waits is predicted now, not in the next turn, unless it is worth waiting for more;
        after the present batch, if any.
        """
        if self._scheduled is not None and not self._more_may_come():
            self._scheduled.cancel()
            self._begin()

    async def predict(self, rows: Rows, drawn: str | None = None) -> Prediction:
        """The answers to these rows, for callers that are tasks. Raises ModelFailed."""
        found: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()

        def settle(outcome: Outcome) -> None:
            # The task may have been cancelled in this very turn, and not know it yet.
            if not found.done():
                found.set_result(outcome)

        job = self.submit(rows, settle, drawn)
        try:
            outcome = await found
        finally:
            job.gone = True
        if isinstance(outcome, ModelFailed):
            raise outcome
        return outcome

    @property
    def waiting(self) -> int:
        """How many requests wait for a batch to begin."""
        return len(self._waiting)

    def batch_seconds(self) -> float:
        """How long the present batch has been with the model; 0 without one."""
        return 0.0 if self._since is None else self.clock() - self._since

    def close(self) -> None:
        """The worker thread ends after the batch it is in."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _schedule(self) -> None:
        if self._scheduled is None and not self._busy:
            self._scheduled = asyncio.get_running_loop().call_soon(self._next)

    def _next(self) -> None:
        self._scheduled = None
        if self._more_may_come():
            self._schedule()
        else:
            self._begin()

    def _more_may_come(self) -> bool:
        """True when another turn is cheap beside the batch and the turns before brought rows."""
        rows = sum([job.count for job in self._waiting])
        if rows >= self._max_rows:
            return False
        if self._speed.expected_seconds(rows) <= _WORTH_GATHERING_SECONDS:
            return False
        return self._gathering.goes_on(len(self._waiting))

    def _begin(self) -> None:
        """Predicts one batch, here or in the thread; is scheduled again while jobs wait."""
        self._scheduled = None
        self._gathering.end()
        jobs = self._taken()
        if not jobs:
            return
        self._busy = True
        rows = sum([job.count for job in jobs])
        self._since = self.clock()
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
            job = self._waiting[0]
            if not job.gone:
                rows += job.count
                if jobs and rows > self._max_rows:
                    break
                jobs.append(job)
            self._waiting.popleft()
        return jobs

    def _timed(self, jobs: Sequence[Job]) -> tuple[Batch, float, float]:
        started = self.clock()
        batch = predicted_together(self._runtime, [job.rows for job in jobs])
        return batch, started, self.clock()

    def _deliver(self, jobs: Sequence[Job], timed: tuple[Batch, float, float]) -> None:
        batch, started, ended = timed
        self._since = None
        known = self.clock()
        try:
            with self._together:
                delivered = self._hand_over_all(jobs, batch)
                now = self.clock()  # before what was made ready is sent
        finally:
            self._busy = False
            if self._waiting:
                self._schedule()
        rows = len(batch.rows)
        self._speed.add(rows, ended - started)
        metrics = self.metrics
        metrics.predicted(rows, started, ended)
        metrics.waited([job.submitted for job in jobs], started, known)
        metrics.encoded(delivered, now - known)
        if batch.whole is None:
            metrics.repeated += len(jobs) > 1
        if self._sampling is not None:
            self._sample(jobs, batch, now)
        if self._keep is not None:
            keep_drawn(jobs, batch, self._keep)

    def _hand_over_all(self, jobs: Sequence[Job], batch: Batch) -> int:
        """How many were still there to be told."""
        delivered = 0
        for job, outcome in zip(jobs, batch.outcomes, strict=True):
            if not job.gone:
                try:
                    job.deliver(outcome)
                except Exception as fault:  # noqa: BLE001  (the other jobs of the batch wait)
                    job.drawn = None
                    _tell_instead(job, outcome, fault)
                delivered += 1
        return delivered

    def _sample(self, jobs: Sequence[Job], batch: Batch, now: float) -> None:
        """Every row that has an answer has been shown once."""
        assert self._sampling is not None  # noqa: S101
        if batch.whole is not None:
            self._sampling(batch.rows, batch.whole, now)
            return
        for job, outcome in zip(jobs, batch.outcomes, strict=True):
            if not isinstance(outcome, ModelFailed):
                self._sampling(job.rows, outcome, now)


def predicted_together(runtime: Runtime, parts: Sequence[Rows]) -> Batch:
    """One outcome per part: its prediction, or why the model failed on it alone."""
    rows = concatenated(parts)
    try:
        whole = runtime.predict(rows)
    except BaseException as fault:  # noqa: BLE001  (not even SystemExit may end the server)
        if len(parts) == 1:
            return Batch(rows, None, [_failed(fault, rows)])
        alone = [predicted_together(runtime, [part]) for part in parts]
        return Batch(rows, None, [batch.outcomes[0] for batch in alone])
    if len(parts) == 1:
        return Batch(rows, whole, [whole])
    outcomes: list[Outcome] = []
    start = 0
    for part in parts:
        outcomes.append(whole.part(start, start + len(part)))
        start += len(part)
    return Batch(rows, whole, outcomes)


def _tell_instead(job: Job, outcome: Outcome, fault: Exception) -> None:
    """An answer that cannot be encoded is the model's failure, and nobody else's."""
    loop = asyncio.get_running_loop()
    loop.call_exception_handler({"message": "no answer to a request", "exception": fault})
    if not isinstance(outcome, ModelFailed):
        with suppress(Exception):
            job.deliver(ModelFailed(fault))


def _failed(fault: BaseException, rows: Rows) -> ModelFailed:
    """Whose doing it was: no sender may make a sound model look broken by one absurd number."""
    extreme = rows.numbers[np.abs(rows.numbers) > _EXTREME]
    if len(extreme) and isinstance(fault, Exception):
        return BeyondModel(fault, float(extreme[0]))
    return ModelFailed(fault)
