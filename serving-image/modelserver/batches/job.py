"""What is a request to the batches, and what comes of those that were predicted together?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from modelbundle.prediction import Prediction
from modelbundle.rows import Rows
from modelserver.payloads.refusals import ModelFailed

Outcome = Prediction | ModelFailed


class Job:
    """Rows on their way to their outcome; set `gone` when nobody waits for it any more.

    `drawn`: the id under which they are kept once they are answered, or None.
    """

    __slots__ = ("count", "deliver", "drawn", "gone", "rows", "submitted")

    def __init__(
        self,
        rows: Rows,
        deliver: Callable[[Outcome], None],
        submitted: float,
        drawn: str | None = None,
    ) -> None:
        self.rows = rows
        self.count = len(rows)
        self.deliver = deliver
        self.submitted = submitted
        self.gone = False
        self.drawn = drawn


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """What came of rows that were predicted together: one outcome per part.

    `whole`: the answers to all rows; None when they had to be asked for part by part.
    """

    rows: Rows
    whole: Prediction | None
    outcomes: list[Outcome]
