"""How do several parties train one model? The coordinator's half: a SuperLink and its rounds."""

from __future__ import annotations

import signal
import socket
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

from trainer.federated.enrolment import NODES, participant_keys, write_enrolled
from trainer.federated.flower import ControlledSuperLink, quiet, running, superlink
from trainer.federated.outcome import read_failure, read_federation
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
        variables = {**environment.variables, NODES: str(home / "nodes.json")}
        door = [sys.executable, "-m", "trainer.federated.fleet_door"]
        door += [str(environment.keys), str(inner), str(outer)]
        quietly = quiet(variables, home)
        with ExitStack() as programs:
            for command in (superlink(environment.keys, inner), door):
                programs.enter_context(running(command, quietly))
            link = ControlledSuperLink(home, environment.keys, inner, variables)
            _await_superlink(inner)
            _carried_out(link, federation, environment, home / "nodes.json")
    return Result({})


def _carried_out(
    link: ControlledSuperLink, federation: Federation, environment: Environment, nodes: Path
) -> None:
    """The rounds are over. Participants that come late, or begin anew, are enrolled meanwhile."""
    enrolled: dict[tuple[str, str], int] = {}
    begun, run, asked = time.monotonic(), "", time.monotonic()
    while True:
        _enrol(link, federation, environment.participants, enrolled, nodes)
        present = len({name for name, _ in enrolled})
        late = time.monotonic() - begun > federation.enrol_seconds
        if not run and (present == len(federation.participants) or late):
            _refuse_too_few(federation, present)
            run = link.start()
        if read_federation(environment.output) is not None:
            return
        _raise_failure(environment.output)
        if run and time.monotonic() - asked > _ASKED_EVERY:
            asked, status = time.monotonic(), link.status(run)
            over = not status.lower().startswith(_RUNNING)
            if over and read_federation(environment.output) is None:
                _raise_failure(environment.output)
                raise Fault(Reason.UNEXPECTED, f"the rounds ended without a model: {status}")
        time.sleep(_PAUSE)


def _enrol(
    link: ControlledSuperLink,
    federation: Federation,
    folder: Path,
    enrolled: dict[tuple[str, str], int],
    nodes: Path,
) -> None:
    """`enrolled`: SuperNodes by participant and key; a key that is new is enrolled."""
    known = len(enrolled)
    for name, key in participant_keys(folder).items():
        if name in federation.participants and (name, key) not in enrolled:
            enrolled[name, key] = link.enrol(name, key)
            sys.stderr.write(f"{name} is enrolled\n")
    if len(enrolled) > known:
        write_enrolled(nodes, {node: name for (name, _), node in enrolled.items()})


def _refuse_too_few(federation: Federation, present: int) -> None:
    if present < federation.min_participants:
        raise Fault(
            Reason.PARTICIPANTS_MISSING,
            f"{present} of {len(federation.participants)} participants enrolled within"
            f" {federation.enrol_seconds} s, and minParticipants is {federation.min_participants}:"
            " look at their Datasets",
        )


def _raise_failure(output: Path) -> None:
    failure = read_failure(output)
    if failure is None:
        return
    reason = Reason(failure["reason"])
    kind = UserFault if reason is Reason.TRAINING_RAISED else Fault
    raise kind(reason, str(failure["message"]))


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
