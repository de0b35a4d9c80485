"""How far are the rounds, and what did the ServerApp say? Flower sends its output nowhere.

The ServerApp writes both into files of the coordinator's pod; `coordinate` tells them in its log,
and the door tells the round to who asks.
"""

from __future__ import annotations

import hashlib
import logging
import sys
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from trainer.federated.whole_files import write_whole

FOLDER = "TRAINYARD_ROUNDS"
"""The variable that names the folder of these files."""
PROGRESS_NAME = "progress.json"
_LOG_NAME = "rounds.log"
_MOST = 4096
_LINES = 4
_LONGEST_LINE = 300
_AT_ONCE = 64 << 10
"""Bytes of the log that are read in one go; a party may have Flower write as it likes."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The newest round that is over."""

    round: int
    rounds: int
    """How many there are to be."""
    answered: int
    """Parties whose parameters counted in it."""
    participants: int
    """Parties that began."""
    counted: Mapping[str, int] = field(default_factory=dict)
    """In how many rounds so far a party's parameters counted, by its mark."""
    newest: tuple[str, ...] = ()
    """Whose parameters counted in this one, by mark."""
    loss: float | None = None
    """Mean over the rows of those that answered, of the model that the round began with: log loss,
    or half the squared error. None: it is not told, as it would say something of one party."""

    def sentence(self) -> str:
        """In words."""
        loss = "" if self.loss is None else f", loss {self.loss:.4g}"
        parties = f"{self.answered} of {self.participants} participants"
        return f"round {self.round} of {self.rounds}: {parties}{loss}"


def party_mark(name: str) -> str:
    """By which who knows the party finds it: the door tells no party the names of the others."""
    return hashlib.sha256(name.encode()).hexdigest()[:16]


def progress_of(
    number: int, rounds: int, parties: Iterable[str], counted: Mapping[str, int], newest: set[str]
) -> Progress:
    """The progress when a round is over; `counted` has the rounds of each party until then."""
    marks = {name: party_mark(name) for name in sorted(parties)}
    return Progress(
        number,
        rounds,
        len(newest),
        len(marks),
        {mark: counted.get(name, 0) for name, mark in marks.items()},
        tuple(marks[name] for name in sorted(newest)),
    )


def write_progress(variables: Mapping[str, str], progress: Progress) -> None:
    """Readers see the round before or this one, whole; it is in the log, too."""
    write_whole(Path(variables[FOLDER]) / PROGRESS_NAME, asdict(progress))
    sys.stderr.write(f"{progress.sentence()}\n")


def progress_text(folder: Path) -> str:
    """The progress as JSON; an empty object before the first round is over."""
    path = folder / PROGRESS_NAME
    if not path.is_file() or path.stat().st_size > _MOST:
        return "{}"
    return path.read_text(encoding="utf-8")


def keep_output(variables: Mapping[str, str]) -> None:
    """What this process writes to standard error, and what Flower logs, is in the log of rounds."""
    log = (Path(variables[FOLDER]) / _LOG_NAME).open("a", buffering=1, encoding="utf-8")
    sys.stderr = log
    handler = logging.StreamHandler(log)
    handler.setLevel(logging.WARNING)
    logging.getLogger("flwr").addHandler(handler)


class RoundsLog:
    """Hands on what the ServerApp wrote since it was asked before."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _LOG_NAME
        self._read = 0
        self._last: deque[str] = deque(maxlen=_LINES)

    def new_lines(self) -> list[str]:
        """Whole lines that were not handed out yet, as far as one look goes."""
        if not self._path.is_file():
            return []
        with self._path.open("rb") as log:
            log.seek(self._read)
            found = log.read(_AT_ONCE)
        end = len(found) if len(found) == _AT_ONCE else found.rfind(b"\n") + 1
        self._read += end
        lines = found[:end].decode("utf-8", "replace").splitlines()
        self._last.extend(line[:_LONGEST_LINE] for line in lines if line.strip())
        return lines

    def last_lines(self) -> str:
        """The last words of the ServerApp in one line; empty where it said nothing."""
        self.new_lines()
        return " · ".join(self._last)
