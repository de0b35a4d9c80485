"""The data of the story."""

from __future__ import annotations

import io
from collections.abc import Callable

import pandas as pd
import pytest

from demo.real_data import (
    TARGET,
    Chapter,
    better_data,
    first_data,
    live_rows,
    poisoned_data,
    recalibrated_data,
)


def frame(chapter: Chapter) -> pd.DataFrame:
    """Return the chapter as it is read back from its CSV."""
    return pd.read_csv(io.StringIO(chapter.csv))


@pytest.mark.parametrize(
    "chapter", [first_data, better_data, poisoned_data, recalibrated_data, live_rows]
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
    """Each patient appears once per device, with the same diagnosis."""
    data = frame(recalibrated_data())
    half = len(data) // 2

    assert list(data[TARGET][:half]) == list(data[TARGET][half:])
