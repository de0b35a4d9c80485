"""Which rows of a batch are kept with their answers? Those of the requests that were drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate

from modelbundle.prediction import Prediction
from modelbundle.rows import Rows
from modelserver.batches.job import Batch, Job
from modelserver.payloads.refusals import ModelFailed

# The ids of requests that were answered, how many rows each has, the rows, and the answers.
Keep = Callable[[list[str], list[int], Rows, Prediction], None]


def keep_drawn(jobs: Sequence[Job], batch: Batch, keep: Keep) -> None:
    """What was drawn and has an answer is kept: copies, or each would hold its whole batch."""
    drawn = [at for at, job in enumerate(jobs) if job.drawn is not None and not job.gone]
    if not drawn:
        return
    if batch.whole is None:
        for at in drawn:
            job, outcome = jobs[at], batch.outcomes[at]
            if not isinstance(outcome, ModelFailed):
                keep([job.drawn or ""], [job.count], job.rows, outcome)
        return
    counts, places = [jobs[at].count for at in drawn], drawn
    if len(batch.rows) > len(jobs):
        ends = list(accumulate([job.count for job in jobs]))
        places = [row for at in drawn for row in range(ends[at] - jobs[at].count, ends[at])]
    ids = [jobs[at].drawn or "" for at in drawn]
    keep(ids, counts, batch.rows.taken(places), batch.whole.taken(places))
