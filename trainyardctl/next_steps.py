"""What can a person do about an object now, as commands to copy?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from trainyard.requests import Verb
from trainyardctl.asking import EFFECTS, targets
from trainyardctl.names import ObjectName
from trainyardctl.snapshot import Raw, at, condition

_WAITING = frozenset({"Paused", "Inconclusive"})
_AWAITS_APPROVAL = "AwaitingApproval"
_APPROVE = "Say yes, in your own name, to the version that is on its way; with --reject no."


@dataclass(frozen=True, slots=True)
class NextStep:
    """One request that would be carried out as things stand."""

    command: str
    effect: str


def next_steps(namespace: str, name: ObjectName, raw: Raw) -> Iterator[NextStep]:
    """Yield what can be asked of the object now, the likeliest first."""
    if at(raw, "status.rollout.phase") == _AWAITS_APPROVAL:
        yield NextStep(f"trainyard -n {namespace} approve {name}", _APPROVE)
    for verb in _useful(name.kind, raw):
        if targets(name, raw, verb) or verb is Verb.REFRESH_IMAGES:
            yield NextStep(f"trainyard -n {namespace} {verb} {name}", EFFECTS[verb])


def _useful(kind: str, raw: Raw) -> Iterator[Verb]:
    match kind:
        case "Dataset":
            yield from _of_data(raw)
        case "TrainingJob":
            yield from _of_training(raw)
        case "ModelDeployment":
            yield from _of_release(raw)
        case "BatchPrediction":
            yield from _of_batch(raw)


def _of_batch(raw: Raw) -> Iterator[Verb]:
    run, last = at(raw, "status.run.phase"), at(raw, "status.lastRun.phase")
    if run == "Waiting" or (not run and last in ("Failed", "Stopped")):
        yield Verb.RETRY
    yield Verb.ABORT if run else Verb.RUN


def _of_data(raw: Raw) -> Iterator[Verb]:
    if (condition(raw, "DataValid") or {}).get("reason") == "SchemaChanged":
        yield Verb.ACCEPT_SCHEMA
    yield Verb.REFRESH


def _of_training(raw: Raw) -> Iterator[Verb]:
    runs = at(raw, "status.runs") or ()
    if (condition(raw, "Stalled") or {}).get("reason") == "RetrainStopped":
        yield Verb.RESET_RETRAIN
    if runs and runs[0].get("phase") in {"Failed", "Waiting"}:
        yield Verb.RETRY
    yield Verb.RUN


def _of_release(raw: Raw) -> Iterator[Verb]:
    if at(raw, "status.retry"):
        yield Verb.RETRY
    if at(raw, "status.quarantine"):
        yield Verb.UNQUARANTINE
    if at(raw, "spec.suspend"):
        return  # nothing else moves
    if at(raw, "status.rollout"):
        yield from _of_rollout(raw)
    elif at(raw, "status.previous"):
        yield Verb.UNDO
    if at(raw, "status.outdated"):
        yield Verb.REFRESH_IMAGES


def _of_rollout(raw: Raw) -> Iterator[Verb]:
    waits = at(raw, "status.rollout.phase") in _WAITING
    yield Verb.RESUME if waits else Verb.PAUSE
    if at(raw, "status.rollout.step"):
        yield Verb.SKIP
    yield Verb.PROMOTE
    if at(raw, "status.stable"):
        yield Verb.ABORT
