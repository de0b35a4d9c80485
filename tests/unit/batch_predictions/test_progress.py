"""What the parts left, read without trusting it."""

from __future__ import annotations

from typing import Any

import pytest
from batch_stories import a_batch
from builders_training import NOW, digest

from trainyard.api.v1alpha1.batch_prediction_status import RowCounts
from trainyard.batch_predictions.model import Found
from trainyard.batch_predictions.progress import told, told_set_aside, written_by
from trainyard.batch_predictions.triggers import SPEC, new_run

RUN = new_run(a_batch(), SPEC, Found(digest("b"), "v"), NOW)


def part(rows: Any, set_aside: Any = 0, examples: Any = ()) -> dict[str, Any]:
    """Return what a part says."""
    scored = rows - set_aside if isinstance(rows, int) else rows
    return {"rows": rows, "scored": scored, "setAside": set_aside, "examples": [*examples]}


def test_parts_are_summed_up() -> None:
    """In their order, with a few examples."""
    example = {"file": "a", "row": 1, "reason": "r"}
    found = written_by(
        RUN, {1: part(4), 0: part(3, 2, [example, example]), 2: part(1, 1, [example] * 3)}
    )
    assert (3, 8, 5, 3, 3) == (
        found.parts, found.rows, found.scored, found.set_aside, len(found.examples),
    )  # fmt: skip
    run = RUN.model_copy(update={"written": found})
    assert "3 of 2 parts are written, 5 rows scored, 3 set aside" == told(run)
    assert "a row 1: r; a row 1: r; a row 1: r" == told_set_aside(found)


def test_what_is_known_stays_until_a_further_attempt_knows_more() -> None:
    """Its pods read the receipts of the parts one by one."""
    known = RUN.model_copy(update={"written": RowCounts(parts=2, rows=9, scored=9)})
    assert 9 == written_by(known, {0: part(1)}).rows
    assert 5 == written_by(known, {0: part(1), 1: part(4)}).rows


@pytest.mark.parametrize("odd", [None, "7", True, -3, 2.5, [1]])
def test_what_is_no_count_counts_nothing(odd: Any) -> None:
    """Whoever writes a pod's message does not break the status."""
    result = {"rows": odd, "scored": odd, "setAside": odd, "examples": odd}
    assert (0, 0, 0, ()) == tuple(
        getattr(written_by(RUN, {0: result}), name)
        for name in ("rows", "scored", "set_aside", "examples")
    )


def test_long_words_are_cut() -> None:
    """The status stays small."""
    example = {"file": "f" * 5000, "row": 1, "reason": "r" * 5000}
    (found,) = written_by(RUN, {0: part(1, 1, [example, "x"])}).examples
    assert len(found.file) <= 256 >= len(found.reason)
