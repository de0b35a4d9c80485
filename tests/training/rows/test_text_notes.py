"""What is told about columns of texts."""

from __future__ import annotations

import pyarrow as pa
import pytest

from trainer.rows.inference import InferredColumn
from trainer.rows.text_notes import alike, text_notes


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (["left", "right"], ""),
        (["yes", "no"], ""),
        ([f"shop {n}" for n in range(65)], "64 most frequent"),
        (["007", "1"], "begin with a zero"),
        (["1 mm", "2 mm"], "2 of 2 cells are numbers with a unit, such as 1 mm"),
        (["2025-01", "2025-02"], "months, quarters, weeks or days of a year"),
        (["1", "2", "x"], "text although 2 of 3 cells are numbers: row 3 is x"),
        (["true", "F", "false"], "writes two truths in 3 ways (F, false, true)"),
        (["Ulm", "ULM", "Bonn"], "ULM and Ulm differ in capitals alone"),
        (["ZÃ¼rich", "Ulm"], "damaged characters, such as ZÃ¼rich"),
        (["Z\0", "Ulm"], "damaged characters"),
        (["Zürich", "Köln"], ""),
    ],
)
def test_only_what_surprises_is_told(cells: list[str], said: str) -> None:
    """One sentence at most for each of these."""
    inferred = InferredColumn()
    inferred.observe(pa.array(cells))
    notes = list(text_notes("c", inferred, feature=True))
    assert bool(said) == bool(notes)
    assert said in "".join(notes)


def test_texts_alike_come_together() -> None:
    """In their order; others are left out."""
    assert [("A", "a"), ("SS", "ß")] == list(alike(["b", "a", "A", "ß", "SS"]))
