"""The machine of a run."""

from __future__ import annotations

from benchmarks.serving.machine import Machine, this_machine


def test_a_busy_machine_is_warned_of() -> None:
    """Over a load average of one."""
    quiet, busy = (Machine("X", 2, "3.11", load) for load in (0.9, 1.1))
    assert not any("WARNING" in each for each in quiet.sentences())
    assert any("WARNING" in each for each in busy.sentences())


def test_this_machine_has_a_name_and_cores() -> None:
    """Read where the system says so."""
    machine = this_machine()
    assert machine.processor
    assert machine.cores >= 1
    assert machine.load >= 0
