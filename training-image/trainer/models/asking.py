"""How is a model asked about the rows of a table, and how are its failures told?"""

from __future__ import annotations

import pyarrow as pa

from trainer.datasets.tables import rows_of_table
from trainer.models.answer_files import GradedRows
from trainer.models.candidates import Candidate
from trainer.pod.exits import Reason, UserFault


def ask(model: Candidate, table: pa.Table) -> GradedRows:
    """What the model says about each row.

    Raises UserFault(PredictionsInvalid) with the model's own words when it fails.
    """
    rows = rows_of_table(table, model.signature.features)
    try:
        return GradedRows(model.runtime.predict(rows), model.scores(rows))
    except MemoryError:
        raise
    except Exception as error:
        raise UserFault(
            Reason.PREDICTIONS_INVALID,
            f"{model.path.name} fails on the {len(rows)} test rows:"
            f" {type(error).__name__}: {error}.{_hint(str(error))} It gets Float, Integer and"
            " Boolean as float64 with NaN for missing, Category as text with '' for missing",
        ) from error


def _hint(error: str) -> str:
    if "invalid dimensions" not in error:
        return ""
    return (
        " The graph takes a fixed number of rows: export it with a dynamic batch dimension"
        " (dynamic_axes or dynamic_shapes in PyTorch)."
    )
