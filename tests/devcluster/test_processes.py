import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from devcluster.places import Places
from devcluster.processes import (
    Component,
    Processes,
    Record,
    alive,
    fingerprint,
    stat_fields,
    without_proxies,
)
from devcluster.refusal import StepFailed


def sleeper(name: str = "sleeper", seconds: str = "60") -> Component:
    """A component that only waits."""
    return Component(name, ("sleep", seconds), lambda: True)


def test_stat_fields_of_a_program_with_brackets_in_its_name() -> None:
    """The name of a program may hold anything; what follows the last bracket counts."""
    numbers = " ".join(str(number) for number in range(4, 30))
    assert stat_fields(f"7 (a) b (c)) S {numbers}") == ("S", "22")


def test_a_component_is_started_once_and_ended(places: Places) -> None:
    """Started, found alive by its record, and gone with its record after stop."""
    processes = Processes(places)
    processes.start(sleeper())
    record = processes.running("sleeper")
    assert record is not None
    assert processes.is_current(sleeper())
    processes.stop("sleeper")
    assert not alive(record)
    assert processes.record("sleeper") is None


def test_a_changed_command_is_not_current(places: Places) -> None:
    """`up` of a newer version starts what it changed again."""
    processes = Processes(places)
    processes.start(sleeper())
    assert not processes.is_current(sleeper(seconds="61"))
    processes.stop("sleeper")


def test_a_changed_settings_file_is_not_current(tmp_path: Path) -> None:
    """The fingerprint follows the contents of the files that are read at start."""
    settings = tmp_path / "kubelet.yaml"
    component = replace(sleeper(), settings=(settings,))
    absent = fingerprint(component)
    settings.write_text("a")
    first = fingerprint(component)
    settings.write_text("b")
    assert len({absent, first, fingerprint(component)}) == 3


@pytest.mark.parametrize(
    "stale",
    [
        pytest.param(
            lambda record: replace(record, started="1"), id="another process has the pid now"
        ),
        pytest.param(
            lambda record: replace(record, boot="before the reboot"),
            id="the machine was restarted",
        ),
    ],
)
def test_a_stale_record_is_never_taken_for_a_process(
    places: Places, stale: Callable[[Record], Record]
) -> None:
    """A pid alone would let us kill a stranger."""
    processes = Processes(places)
    processes.start(sleeper())
    record = processes.running("sleeper")
    assert record is not None
    assert not alive(stale(record))
    processes.stop("sleeper")


def test_a_component_that_ends_at_once_shows_its_log(places: Places) -> None:
    """The failure names the exit code and the log's last lines."""
    dying = Component("dying", ("sh", "-c", "echo bad flag; exit 4"), lambda: False)
    with pytest.raises(StepFailed, match=r"(?s)dying ended with exit code 4.*dying\.log.*bad flag"):
        Processes(places).start(dying)


def test_a_component_that_never_gets_healthy_is_a_failure(places: Places) -> None:
    """Patience ends with a sentence, not with an endless wait."""
    stuck = Component("stuck", ("sleep", "60"), lambda: False, patience_seconds=0.2)
    with pytest.raises(StepFailed, match=r"stuck was not healthy within 0 s"):
        Processes(places).start(stuck)
    Processes(places).stop("stuck")


def test_a_component_that_ignores_the_polite_signal_is_killed(places: Places) -> None:
    """Stop returns only when nothing is left."""
    ready = places.state / "ready"
    script = f"trap '' TERM; touch {ready}; while :; do sleep 0.05; done"
    processes = Processes(places)
    places.state.mkdir(parents=True)
    processes.start(Component("stubborn", ("sh", "-c", script), ready.exists))
    record = processes.running("stubborn")
    assert record is not None
    processes.stop("stubborn", patience_seconds=0.2)
    time.sleep(0.05)
    assert not alive(record)


def test_the_log_of_the_run_before_is_kept(places: Places) -> None:
    """A restart does not wipe out why it was needed."""
    processes = Processes(places)
    log = processes.log("talker")
    for word in ("first", "second"):
        script = f"echo {word}; exec sleep 60"
        processes.start(Component("talker", ("sh", "-c", script), lambda: log.stat().st_size > 0))
    processes.stop("talker")
    assert log.with_suffix(".log.1").read_text() == "first\n"
    assert log.read_text() == "second\n"


def test_an_unreadable_record_counts_as_none(places: Places) -> None:
    """A half-written file after a crash does not stop `up`."""
    places.records.mkdir(parents=True)
    (places.records / "etcd.json").write_text('{"pid": 1')
    assert Processes(places).running("etcd") is None


def test_proxies_are_left_out() -> None:
    """Addresses of the cluster are never asked of a proxy."""
    found = without_proxies({"HTTPS_PROXY": "x", "no_proxy": "y", "PATH": os.defpath})
    assert found == {"PATH": os.defpath}
