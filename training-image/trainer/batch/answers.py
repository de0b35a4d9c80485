"""What does the model answer to each row, where it fails on some of them?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from modelbundle.prediction import Prediction, Runtime
from modelbundle.rows import Rows
from trainer.pod.exits import Reason, UserFault
from trainer.rows.findings import shown

MOST_FAILED = 1000
"""A model that fails on more rows alone fails for another reason than its rows."""


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """`places`: to which rows; `failed`: on which rows the model fails even alone, and how."""

    prediction: Prediction
    places: npt.NDArray[np.int64]
    failed: tuple[tuple[int, str], ...]


@dataclass(slots=True)
class Asking:
    """A model that is asked batch by batch; `failed` counts rows on which it fails alone."""

    runtime: Runtime
    failed: int = 0

    def ask(self, rows: Rows) -> Answers:
        """The answers to all rows but those on which the model fails alone.

        Raises UserFault PredictionsInvalid when these become too many.
        """
        answered: list[tuple[int, Prediction]] = []
        failed: list[tuple[int, str]] = []
        waiting = [(0, len(rows))] if len(rows) else []
        while waiting:
            start, stop = waiting.pop()
            try:
                answered.append((start, self.runtime.predict(rows.part(start, stop))))
            except MemoryError:
                raise
            except Exception as error:  # noqa: BLE001 whatever a model of the user's raises
                if stop - start > 1:
                    middle = (start + stop) // 2
                    waiting += [(middle, stop), (start, middle)]
                    continue
                failed.append((start, self._counted(error)))
        return Answers(*_joined(answered), tuple(failed))

    def _counted(self, error: Exception) -> str:
        self.failed += 1
        why = f"{type(error).__name__}: {shown(error)}"
        if self.failed > MOST_FAILED:
            raise UserFault(
                Reason.PREDICTIONS_INVALID,
                f"the model fails on over {MOST_FAILED} rows, the last time with {why}",
            ) from error
        return why


def _joined(
    answered: list[tuple[int, Prediction]],
) -> tuple[Prediction, npt.NDArray[np.int64]]:
    """The answers in the order of their rows, which is that in which they came."""
    if not answered:
        return Prediction(np.empty(0, object), None), np.empty(0, np.int64)
    parts = [prediction for _, prediction in answered]
    places = [np.arange(start, start + len(found.values)) for start, found in answered]
    if len(parts) == 1:
        return parts[0], places[0]
    values = np.concatenate([part.values for part in parts])
    shares = [part.probabilities for part in parts if part.probabilities is not None]
    return Prediction(values, np.concatenate(shares) if shares else None), np.concatenate(places)
