"""How often does a rule call when nothing drifted, and when something did?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from benchmarks.monitoring.live_rows import (
    A_FLAG,
    HALF_A_DEVIATION,
    NONE,
    Drift,
    rows,
    with_burst,
)
from benchmarks.monitoring.rules import (
    AnyKolmogorovSmirnov,
    EvidentlyAnyColumn,
    EvidentlyDefaults,
    Operator,
    Rule,
)
from modelbundle.rows import Numbers

REFERENCE_ROWS, WINDOW_ROWS = 5000, 5000
WINDOWS_IN_A_LIFE = 50
"""So many windows beside one reference: the reference has chance in it, too."""
OPERATOR = "operator"
RULES: Mapping[str, Callable[[Numbers], Rule]] = {
    OPERATOR: Operator,
    "any column, Kolmogorov-Smirnov at 0.05": AnyKolmogorovSmirnov,
    "as Evidently's defaults": EvidentlyDefaults,
    "as Evidently's defaults, any column": EvidentlyAnyColumn,
}
DRIFTS = (HALF_A_DEVIATION, A_FLAG)


@dataclass(frozen=True, slots=True)
class Share:
    """In how many of so many windows, or repeats, an alarm was up."""

    rule: str
    scene: str
    alarms: int
    of: int

    @property
    def percent(self) -> float:
        """The share."""
        return 100 * self.alarms / self.of


def quiet(rule: str, windows: int, seed: int = 1) -> Share:
    """Windows without drift, with daily cycles and bursts of one caller."""
    random = np.random.default_rng(seed)
    alarms, watching = 0, RULES[rule](rows(random, REFERENCE_ROWS))
    for number in range(windows):
        if number % WINDOWS_IN_A_LIFE == 0:
            watching = RULES[rule](rows(random, REFERENCE_ROWS))
        alarms += watching.alarms(with_burst(random, rows(random, WINDOW_ROWS)))
    return Share(rule, NONE.name, alarms, windows)


def drifted(rule: str, drift: Drift, repeats: int, seed: int = 2) -> Share:
    """Whether the second window with the drift has an alarm, each time beside a new reference."""
    random = np.random.default_rng(seed)
    alarms = 0
    for _ in range(repeats):
        watching = RULES[rule](rows(random, REFERENCE_ROWS))
        for _ in range(2):
            found = watching.alarms(with_burst(random, rows(random, WINDOW_ROWS, drift)))
        alarms += found
    return Share(rule, drift.name, alarms, repeats)
