"""What is read of the process and of its page."""

from __future__ import annotations

from benchmarks.control_plane.operator_process import (
    QUIET_SECONDS,
    by_label,
    memory_of,
    quiet_since,
    total,
)

PAGE = """
# HELP trainyard_reconciles_total Passes.
trainyard_reconciles_total{controller="Dataset",outcome="done"} 3.0
trainyard_reconciles_total{controller="Dataset",outcome="fault"} 1.0
trainyard_reconciles_total{controller="ModelVersion",outcome="done"} 5.0
trainyard_reconciles_total_other 9.0
trainyard_leading 1.0
"""


def test_metrics_are_summed_over_all_series_or_by_a_label() -> None:
    """A metric whose name only begins alike is another one."""
    assert total(PAGE, "trainyard_leading") == 1
    assert total(PAGE, "trainyard_absent") == 0
    found = by_label(PAGE, "trainyard_reconciles_total", "controller")
    assert {"Dataset": 4.0, "ModelVersion": 5.0} == found


def test_memory_now_and_at_the_most() -> None:
    """In MiB."""
    assert memory_of("Name:\tx\nVmHWM:\t  2048 kB\nVmRSS:\t  1024 kB\n") == (1.0, 2.0)


def test_it_is_quiet_after_a_while_with_hardly_any_cpu() -> None:
    """The sample before that while is when the last work was done."""
    busy = [(0.0, 0.0), (1.0, 0.9)]
    quiet = [(1.0 + QUIET_SECONDS, 0.91)]
    assert quiet_since(busy) is None
    assert quiet_since([*busy, *quiet]) == (1.0, 0.9)
    assert quiet_since([*busy, (1.0 + QUIET_SECONDS, 2.0)]) is None
