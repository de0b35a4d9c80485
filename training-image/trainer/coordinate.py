"""How do several parties train one model? The coordinator's half: a SuperLink and its rounds."""

from __future__ import annotations

import signal
import socket
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from trainer.federated.enrolment import NODES, awaited, participant_keys, write_enrolled
from trainer.federated.flower import ControlledSuperLink, quiet, running, superlink
from trainer.federated.outcome import read_failure, read_federation
from trainer.federated.progress import FOLDER, RoundsLog
from trainer.federated.recipes import federated_recipe
from trainer.pod.environment import Environment
from trainer.pod.exits import Fault, Reason, UserFault
from trainer.pod.result import Result
from trainer.tasks.federation import Federation
from trainer.tasks.train_task import TrainTask

INNER_PORT = 8000
OUTER_PORT = 9092
PORTS = "TRAINYARD_PORTS"
"""The variable with two other ports, inside and outside: `18000,19092`."""
_PAUSE = 1.0
_ASKED_EVERY = 60.0
_STARTING = 300.0
_RUNNING = ("running", "pending", "starting")


def run(task: TrainTask, environment: Environment) -> Result:
    """The output folder holds the model that the participants trained, and `federation.json`.

    Raises UserFault(TrainingRaised) when they cannot train one, Fault(ParticipantsMissing) when too
    few of them enrolled or answered, which may be tried again.
    """
    federation = federated_recipe(task)
    inner, outer = _ports(environment.variables)
    with tempfile.TemporaryDirectory(prefix="flower-") as folder, _ended_by_signals():
        home = Path(folder)
        told = {NODES: str(home), FOLDER: str(home)}
        variables = {**environment.variables, **told}
        door = [sys.executable, "-m", "trainer.federated.fleet_door"]
        door += [str(environment.keys), str(inner), str(outer), str(home)]
        quietly = quiet(variables, home)
        with ExitStack() as programs:
            for command in (superlink(environment.keys, inner), door):
                programs.enter_context(running(command, quietly))
            link = ControlledSuperLink(home, environment.keys, inner, variables)
            _await_superlink(inner)
            _carried_out(_Rounds(link, federation, environment, home), RoundsLog(home))
    return Result({})


@dataclass(frozen=True, slots=True)
class _Rounds:
    """The rounds of one run, and who takes part in them."""

    link: ControlledSuperLink
    federation: Federation
    environment: Environment
    home: Path
    enrolled: dict[tuple[str, str], int] = field(default_factory=dict)
    """SuperNodes by participant and key."""

    def present(self) -> int:
        """How many participants are enrolled, once new keys are and those that are gone are not."""
        found = participant_keys(self.environment.participants)
        keys = {(name, key) for name, key in found.items() if name in self.federation.participants}
        gone, new = self.enrolled.keys() - keys, sorted(keys - self.enrolled.keys())
        nodes = [self.enrolled.pop(known) for known in gone]
        if nodes:  # whose they are counts from now on: no reply of theirs is taken
            write_enrolled(self.home, self.enrolled)
            names = ", ".join(sorted(name for name, _ in gone))
            sys.stderr.write(f"{names}: enrolled no more, by the key of before\n")
        for node in nodes:
            self.link.dismiss(node)
        for name, key in new:
            self.enrolled[name, key] = self.link.enrol(name, key)
            sys.stderr.write(f"{name} is enrolled\n")
            write_enrolled(self.home, self.enrolled)
        return len({name for name, _ in self.enrolled})

    def awaited(self) -> list[str]:
        """Who may still come before the first round."""
        there = {name for name, _ in self.enrolled}
        return awaited(self.environment.participants, self.federation, there)


def _carried_out(rounds: _Rounds, log: RoundsLog) -> None:
    """The rounds are over. Participants that come late, or begin anew, are enrolled meanwhile."""
    federation, output = rounds.federation, rounds.environment.output
    begun, run, asked, told = time.monotonic(), "", time.monotonic(), -1
    while True:
        present = rounds.present()
        if present != told and not run:
            told = _tell_who_is_awaited(rounds, present)
        late = time.monotonic() - begun > federation.enrol_seconds
        if not run and (not rounds.awaited() or late):
            _refuse_too_few(federation, present)
            run, asked = rounds.link.start(), time.monotonic()
        over = read_federation(output) is not None
        for line in log.new_lines():
            sys.stderr.write(f"{line}\n")
        if over:
            return
        _raise_failure(output, log)
        if run and time.monotonic() - asked > _ASKED_EVERY:
            asked, status = time.monotonic(), rounds.link.status(run)
            ended = not status.lower().startswith(_RUNNING)
            if ended and read_federation(output) is None:
                _raise_failure(output, log)
                text = f"the rounds ended without a model: {status} ({log.last_lines()})"
                raise Fault(Reason.UNEXPECTED, text)
        time.sleep(_PAUSE)


def _tell_who_is_awaited(rounds: _Rounds, present: int) -> int:
    if missing := rounds.awaited():
        sys.stderr.write(f"waiting for {', '.join(missing)} ({present} are enrolled)\n")
    return present


def _refuse_too_few(federation: Federation, present: int) -> None:
    if present < federation.min_participants:
        raise Fault(
            Reason.PARTICIPANTS_MISSING,
            f"{present} of {len(federation.participants)} participants enrolled within"
            f" {federation.enrol_seconds} s, and minParticipants is {federation.min_participants}:"
            " look at their Datasets",
        )


def _raise_failure(output: Path, log: RoundsLog) -> None:
    failure = read_failure(output)
    if failure is None:
        return
    reason, message = Reason(failure["reason"]), str(failure["message"])
    for line in log.new_lines():
        sys.stderr.write(f"{line}\n")
    if reason is Reason.UNEXPECTED and (last := log.last_lines()):
        message = f"{message} ({last})"
    kind = UserFault if reason is Reason.TRAINING_RAISED else Fault
    raise kind(reason, message)


def _await_superlink(port: int) -> None:
    until = time.monotonic() + _STARTING
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=_PAUSE):
                return
        except OSError as error:
            if time.monotonic() > until:
                text = f"the SuperLink does not listen after {_STARTING:.0f} s: {error}"
                raise Fault(Reason.UNEXPECTED, text) from error
            time.sleep(_PAUSE)


def _ports(variables: Mapping[str, str]) -> tuple[int, int]:
    inner, _, outer = variables.get(PORTS, f"{INNER_PORT},{OUTER_PORT}").partition(",")
    return int(inner), int(outer)


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """A pod that is to end ends its programs, too."""

    def leave(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
