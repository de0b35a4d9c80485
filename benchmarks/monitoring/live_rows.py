"""Rows as services see them: bells, skewed amounts, flags, zeros; days, bursts, and drift."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from modelbundle.rows import Numbers

COLUMNS = 30
BELLS, SKEWED, FLAGS, ZEROS = range(14), range(14, 20), range(20, 24), range(24, 27)
FLAG_SHARES = (0.05, 0.2, 0.5, 0.01)
DAILY = range(5)
"""Columns that follow the hour."""
LARGEST_BURST = 0.1
"""One caller asks with the same row up to this often."""


@dataclass(frozen=True, slots=True)
class Drift:
    """What is different in one of the columns."""

    name: str
    column: int
    shift: float = 0.0
    """In standard deviations, of a bell."""
    flag: float | None = None
    """Share of rows in which a flag is true."""


NONE = Drift("nothing", 0)
HALF_A_DEVIATION = Drift("half a standard deviation in 1 of 30", 7, shift=0.5)
A_FLAG = Drift("a flag from 5 % to 20 % in 1 of 30", 20, flag=0.2)


def rows(random: np.random.Generator, count: int, drift: Drift = NONE) -> Numbers:
    """Rows of a day, whatever their order."""
    found = random.normal(size=(count, COLUMNS))
    hours = random.random(count)
    found[:, DAILY] += 0.5 * np.sin(2 * np.pi * hours)[:, None]
    found[:, SKEWED] = np.exp(found[:, SKEWED])
    for column, share in zip(FLAGS, FLAG_SHARES, strict=True):
        found[:, column] = random.random(count) < share
    found[:, ZEROS] = np.where(random.random((count, 3)) < 0.6, 0, np.exp(found[:, ZEROS]))
    found[:, 27:] = np.floor(np.exp(found[:, 27:]))
    if drift.shift:
        found[:, drift.column] += drift.shift
    if drift.flag is not None:
        found[:, drift.column] = random.random(count) < drift.flag
    return found


def with_burst(random: np.random.Generator, found: Numbers) -> Numbers:
    """The rows of a window in which one caller asks the same again and again."""
    share = random.random() * LARGEST_BURST
    found[random.random(len(found)) < share] = found[0]
    return found
