"""apt is waited for while another apt holds its locks."""

from __future__ import annotations

from pathlib import Path

import pytest

from devcluster import apt
from devcluster.progress import Progress
from devcluster.refusal import StepFailed

HELD = "echo 'E: Could not get lock /var/lib/apt/lists/lock. It is held by process 7' >&2; exit 100"


def ask(tmp_path: Path, script: str, patience: float = 60) -> None:
    """This script stands for apt."""
    (tmp_path / "script").write_text(script)
    command = ("sh", str(tmp_path / "script"))
    log = tmp_path / "apt.log"
    apt.ask_apt(Progress(quiet=True), command, log, patience)


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apt, "PAUSE_SECONDS", 0)


def test_a_held_lock_is_waited_for(tmp_path: Path) -> None:
    """The second try finds it free."""
    free = tmp_path / "free"
    ask(tmp_path, f"[ -e {free} ] && exit 0; touch {free}; {HELD}")
    assert free.exists()


def test_a_lock_that_stays_held_is_a_failure(tmp_path: Path) -> None:
    """Patience has an end, and the end of the log says who holds it."""
    with pytest.raises(StepFailed, match="held by process 7"):
        ask(tmp_path, HELD, patience=0.05)


def test_any_other_failure_is_told_at_once(tmp_path: Path) -> None:
    """Also where an earlier try met a lock: only what this one said counts."""
    tries = tmp_path / "tries"
    script = f"echo x >> {tries}; [ $(wc -c < {tries}) = 2 ] && {{ {HELD}; }}; echo no; exit 100"
    with pytest.raises(StepFailed, match=r"no\Z"):
        ask(tmp_path, script)
    assert tries.read_text() == "x\nx\n"
