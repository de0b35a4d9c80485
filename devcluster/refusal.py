"""How the local cluster says no, and how it says that a step went wrong."""

from __future__ import annotations

from pathlib import Path


class Refusal(Exception):
    """The machine or the request lacks something; the message is one sentence with the remedy."""

    exit_code = 2


class StepFailed(Exception):
    """A step of the local cluster failed; the message names the step and where its log lies."""

    exit_code = 1


def tail(log: Path, lines: int = 20) -> str:
    """The last `lines` lines of a log file, or a sentence when there is none."""
    try:
        text = log.read_text(errors="replace")
    except FileNotFoundError:
        return f"(no log at {log})"
    return "\n".join(text.splitlines()[-lines:])


def failed(what: str, log: Path) -> StepFailed:
    """The failure of `what`, with the end of its log and the log's name."""
    return StepFailed(f"{what}. The last lines of {log}:\n{tail(log)}")
