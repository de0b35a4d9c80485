from pathlib import Path

from devcluster.refusal import Refusal, StepFailed, failed, tail


def test_the_exit_codes_differ() -> None:
    """A machine that lacks something (2) is told from a step that broke (1)."""
    assert (StepFailed.exit_code, Refusal.exit_code) == (1, 2)


def test_a_failure_shows_the_end_of_its_log_and_the_name(tmp_path: Path) -> None:
    """Nobody has to search for why a component ended."""
    log = tmp_path / "etcd.log"
    log.write_text("\n".join(f"line {number}" for number in range(100)))
    message = str(failed("etcd ended with exit code 1", log))
    assert message.startswith(f"etcd ended with exit code 1. The last lines of {log}:\nline 80\n")
    assert message.endswith("line 99")


def test_a_missing_log_is_said(tmp_path: Path) -> None:
    """No log is no reason for silence."""
    assert tail(tmp_path / "none.log") == f"(no log at {tmp_path / 'none.log'})"
