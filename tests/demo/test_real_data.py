"""The data of the story."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from demo.in_cluster.load_client import REQUEST_ID, read_rows
from demo.real_data import (
    TARGET,
    Chapter,
    better_data,
    first_data,
    live_rows,
    mislabelled_data,
    poisoned_data,
    recalibrated_data,
    true_labels,
)


def frame(chapter: Chapter) -> pd.DataFrame:
    """Return the chapter as it is read back from its CSV."""
    return pd.read_csv(io.StringIO(chapter.csv))


@pytest.mark.parametrize(
    "chapter",
    [
        first_data,
        better_data,
        poisoned_data,
        recalibrated_data,
        mislabelled_data,
        live_rows,
        lambda: true_labels(range(20_000)),
    ],
)
def test_every_chapter_fits_a_config_map(chapter: Callable[[], Chapter]) -> None:
    """A ConfigMap holds at most 1 MiB."""
    assert len(chapter().csv) < 2**20


def test_live_rows_are_never_trained_on() -> None:
    """What the client sends is disjoint from what any chapter holds."""
    live, trained = frame(live_rows()), frame(better_data())

    assert live.merge(trained, how="inner").empty


def test_the_poison_is_three_negative_radii() -> None:
    """The poisoned chapter differs from the better one in three cells of one column."""
    differs = frame(poisoned_data()) != frame(better_data())

    assert differs.sum().sum() == 3
    assert (frame(poisoned_data())["mean radius"] < 0).sum() == 3


def test_recalibrated_data_keeps_the_labels() -> None:
    """The same patients, with the same diagnosis and other measurements."""
    before, after = frame(better_data()), frame(recalibrated_data())

    assert list(before[TARGET]) == list(after[TARGET])
    assert (after["mean radius"] > before["mean radius"]).all()


def test_mislabelled_data_has_every_label_wrong() -> None:
    """Nothing else differs from what was measured."""
    right, wrong = frame(recalibrated_data()), frame(mislabelled_data())

    assert (right[TARGET] != wrong[TARGET]).all()
    assert right.drop(columns=TARGET).equals(wrong.drop(columns=TARGET))


def test_the_label_of_a_request_is_that_of_the_row_it_asked(tmp_path: Path) -> None:
    """The client goes round its rows; ids say how often it has asked."""
    file = tmp_path / "live.csv"
    file.write_text(live_rows().csv)
    _, rows = read_rows(file, TARGET)
    known = frame(true_labels(range(100, 400)))

    asked = [(f"{REQUEST_ID}{n}", rows[n % len(rows)][1]) for n in range(100, 400)]
    assert asked == list(zip(known["request_id"], known[TARGET], strict=True))
