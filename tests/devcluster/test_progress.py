import os
from pathlib import Path

import pytest

from devcluster.progress import Progress, elapsed
from devcluster.refusal import StepFailed


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "0 s"), (59.4, "59 s"), (59.9, "1 min 00 s"), (246, "4 min 06 s")],
)
def test_elapsed(seconds: float, text: str) -> None:
    """Durations read as a person says them."""
    assert elapsed(seconds) == text


def test_a_step_tells_what_and_how_long(capsys: pytest.CaptureFixture[str]) -> None:
    """Lines go to standard error, answers to standard output."""
    with Progress().step("building etcd"):
        pass
    captured = capsys.readouterr()
    assert captured.err.splitlines() == [
        "devcluster: building etcd",
        "devcluster: building etcd: done in 0 s",
    ]
    assert captured.out == ""


def test_a_command_that_fails_shows_its_output(tmp_path: Path) -> None:
    """The failure carries the exit code and what the command said."""
    log = tmp_path / "logs" / "x.log"
    with pytest.raises(StepFailed, match=r"(?s)making x: failed with exit code 3.*no disk"):
        Progress(quiet=True).run("making x", ("sh", "-c", "echo no disk; exit 3"), log, os.environ)


def test_a_command_that_works_leaves_its_output_in_the_log(tmp_path: Path) -> None:
    """The log names the command before its output."""
    log = tmp_path / "x.log"
    Progress(quiet=True).run("saying hello", ("echo", "hello"), log, os.environ)
    assert log.read_text() == "$ echo hello\nhello\n"
