"""What did each column of a row contribute to its answer, against the bundle's typical row?

The model is asked about rows in which some columns are the row's own and the others the typical
row's (see `example`). One thread of low priority asks, so that predictions come first; where more
is asked than may wait, the next one is refused.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from modelbundle.prediction import Prediction, Runtime
from modelbundle.rows import Numbers, Rows
from modelbundle.signature import Label, Signature
from modelserver.batches.batching import predicted_together
from modelserver.batches.job import Job
from modelserver.explanations.questions import Question, decoded, numbers_of, own_class, why_not
from modelserver.explanations.shapley import Sets, most_columns, shares_of
from modelserver.payloads.answers import Answer
from modelserver.payloads.refusals import ModelFailed, RequestRefused
from modelserver.payloads.v2_requests import InferRequest, V2Decoder
from modelserver.settings import ExplainSettings

_CHUNK_ROWS = 256
_NICE = 10
_USUAL_CODES = (200, 400, 413, 429, 500, 503)


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """One row: `contributions` and their standard `errors` by feature lead from the number that
    the model says of the typical row, `typical`, to the one that it says of this row.
    """

    contributions: Numbers
    errors: Numbers
    typical: float
    explained: float
    label: Label | None


class Gone(Exception):
    """Nobody waits for the explanation any more."""


Deliver = Callable[[Answer | Exception], None]
Encode = Callable[[list[Explanation], Question, InferRequest], Answer]


class Explaining:
    """Explanations of one model's answers, one request at a time. Lives in one event loop."""

    def __init__(
        self,
        runtime: Runtime,
        typical: Rows,
        settings: ExplainSettings,
        encode: Encode,
        clock: Callable[[], float],
    ) -> None:
        self.codes = dict.fromkeys(_USUAL_CODES, 0)  # how requests were answered
        self.evaluations = 0  # rows that the model was asked about
        self._asker = _Asker(runtime, typical)
        self._settings = settings
        self._encode = encode
        self._clock = clock
        self._decoder = V2Decoder(runtime.signature, settings.rows)
        self._refusal = why_not(runtime.signature)
        self._busy = self._closing = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="explain", initializer=_step_back)

    @property
    def concurrency(self) -> int:
        """How many requests may be explained or wait for it."""
        return self._settings.concurrency

    def count(self, code: int) -> None:
        """One more request was answered so."""
        self.codes[code] = self.codes.get(code, 0) + 1

    @property
    def busy(self) -> bool:
        """True while the model is asked."""
        return self._busy

    def start(self, body: bytes | bytearray, json_size: bytes | None, deliver: Deliver) -> Job:
        """An answer or a fault will be delivered in this event loop, unless the job is gone by
        then. Raises RequestRefused.
        """
        if self._refusal is not None:
            raise RequestRefused(self._refusal)
        signature = self._asker.signature
        request, question = decoded(body, json_size, self._decoder, signature)
        self._check_width(request.rows)
        job = Job(request.rows, lambda _: None, self._clock())
        loop = asyncio.get_running_loop()
        running = loop.run_in_executor(self._thread, self._answer, request, question, job)
        running.add_done_callback(lambda done: self._hand_over(done, job, deliver))
        return job

    def close(self) -> None:
        """The thread ends after the rows that it is asking about."""
        self._closing = True
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _check_width(self, rows: Rows) -> None:
        most = most_columns(self._settings.evaluations)
        for number in range(len(rows)):
            differing = int(self._asker.differing(rows.part(number, number + 1)).sum())
            if differing > most:
                raise RequestRefused(
                    f"row {number} differs from the typical row in {differing} columns; at most"
                    f" {most} can be explained with {self._settings.evaluations} evaluations"
                    " (spec.server.explain.maxEvaluations)"
                )

    def _hand_over(self, done: asyncio.Future[Answer], job: Job, deliver: Deliver) -> None:
        if done.cancelled():
            return
        fault = done.exception()
        if job.gone or isinstance(fault, Gone):
            return
        if fault is None:
            deliver(done.result())
        else:
            deliver(fault if isinstance(fault, Exception) else ModelFailed(fault))

    def _answer(self, request: InferRequest, question: Question, job: Job) -> Answer:
        """The answer; in the thread."""
        deadline = self._clock() + self._settings.seconds
        self._busy = True
        try:
            explained = []
            for number in range(len(request.rows)):
                row = request.rows.part(number, number + 1)
                explained.append(self._row(row, question, job, deadline))
            return self._encode(explained, question, request)
        finally:
            self._busy = False

    def _row(self, row: Rows, question: Question, job: Job, deadline: float) -> Explanation:
        asker = self._asker
        differing = asker.differing(row)
        columns = np.flatnonzero(differing)

        def predicted(sets: Sets) -> Prediction:
            if job.gone or self._closing:
                raise Gone
            if self._clock() > deadline:
                raise RequestRefused(
                    f"the explanation took longer than {self._settings.seconds:g} s; ask for fewer"
                    " rows at a time, or lower spec.server.explain.maxEvaluations",
                    503,
                )
            self.evaluations += len(sets)
            own = np.zeros((len(sets), len(differing)), dtype=np.bool_)
            own[:, columns] = sets
            return asker.predicted(row, own)

        ends = predicted(np.array([[False] * len(columns), [True] * len(columns)]))
        label = own_class(question, ends.part(1, 2), asker.signature)

        def value(sets: Sets) -> Numbers:
            parts = [sets[n : n + _CHUNK_ROWS] for n in range(0, len(sets), _CHUNK_ROWS)]
            asked = (numbers_of(predicted(p), question, label, asker.signature) for p in parts)
            return np.concatenate(list(asked))

        found = shares_of(value, len(columns), self._settings.evaluations, _seed(row))
        contributions, errors = np.zeros(len(differing)), np.zeros(len(differing))
        contributions[columns], errors[columns] = found.contributions, found.errors
        typical, explained = numbers_of(ends, question, label, asker.signature).tolist()
        return Explanation(contributions, errors, typical, explained, label)


class _Asker:
    """Asks a model about rows that are made of two."""

    def __init__(self, runtime: Runtime, typical: Rows) -> None:
        self.signature: Signature = runtime.signature
        self._runtime = runtime
        self._typical = typical
        numeric = np.array([feature.numeric for feature in self.signature.features])
        self._numbers, self._texts = np.flatnonzero(numeric), np.flatnonzero(~numeric)

    def differing(self, row: Rows) -> Sets:
        """Of every feature, whether the row has another value than the typical one."""
        theirs = self._typical
        found = np.zeros(len(self.signature.features), dtype=np.bool_)
        both_missing = np.isnan(row.numbers[0]) & np.isnan(theirs.numbers[0])
        found[self._numbers] = (row.numbers[0] != theirs.numbers[0]) & ~both_missing
        found[self._texts] = row.texts[0] != theirs.texts[0]
        return found

    def predicted(self, row: Rows, own: Sets) -> Prediction:
        """What the model says where the row has its own values, and else the typical ones.

        Raises ModelFailed.
        """
        theirs = self._typical
        numbers = np.where(own[:, self._numbers], row.numbers, theirs.numbers)
        texts = np.where(own[:, self._texts], row.texts, theirs.texts)
        outcome = predicted_together(self._runtime, [Rows(numbers, texts)]).outcomes[0]
        if isinstance(outcome, ModelFailed):
            raise outcome
        return outcome


def _seed(row: Rows) -> int:
    """Of the row alone: the same row is explained in the same way wherever it is asked about."""
    content = row.numbers.tobytes() + repr(row.texts.tolist()).encode()
    return int.from_bytes(hashlib.sha256(content).digest()[:8])


def _step_back() -> None:
    """This thread gets the processor when no other thread of the server wants it."""
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, _NICE)
