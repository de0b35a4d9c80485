"""What may be asked of which kind, and about what?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from trainyard.requests import NOW, Verb
from trainyardctl.names import ObjectName
from trainyardctl.snapshot import Raw, at

Targets = Callable[[Raw], Sequence[str]]


class NothingToAsk(Exception):
    """The object is in no state in which this could be asked, or the kind does not know it."""


EFFECTS: Mapping[Verb, str] = MappingProxyType(
    {
        Verb.PROMOTE: "Promote the canary as soon as its pods are ready, whatever the checks say.",
        Verb.SKIP: "End the present step of a rollout.",
        Verb.PAUSE: "Freeze the weights of a rollout.",
        Verb.RESUME: "Go on after a pause, or where a step waits for a person.",
        Verb.ABORT: "Send all requests to the stable version; the canary goes into quarantine. Of a"
        " BatchPrediction: end the run at work.",
        Verb.RETRY: "Try once more what failed or waits after a fault of the cluster.",
        Verb.UNDO: "Go back to the version that was stable before.",
        Verb.UNQUARANTINE: "Let a version that lost try again.",
        Verb.RUN: "Train with the newest data, or score the files as they are now.",
        Verb.REFRESH: "Read the data from its source now.",
        Verb.ACCEPT_SCHEMA: "Let the next refresh find another schema.",
        Verb.REFRESH_IMAGES: "Release the version of now on the installed images.",
        Verb.RESET_RETRAIN: "Let retraining go on after too many failures.",
        Verb.VERIFY: "Make the current version again, and compare the two.",
    }
)
"""What comes of each request."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a request."""

    is_done: bool
    message: str


def _canary(raw: Raw) -> Sequence[str]:
    return _present(at(raw, "status.canary.revision"))


def _stable(raw: Raw) -> Sequence[str]:
    return _present(at(raw, "status.stable.revision"))


def _quarantined(raw: Raw) -> Sequence[str]:
    return tuple(entry["revision"] for entry in at(raw, "status.quarantine") or ())


def _waiting(raw: Raw) -> Sequence[str]:
    return _present(at(raw, "status.retry.revision")) or _quarantined(raw)


def _failed_run(raw: Raw) -> Sequence[str]:
    runs = at(raw, "status.runs") or ()
    return _present(runs[0].get("name")) if runs else ()


def _current_version(raw: Raw) -> Sequence[str]:
    return _present(at(raw, "status.current.name"))


def _now(raw: Raw) -> Sequence[str]:  # noqa: ARG001
    return (NOW,)


def _present(name: str | None) -> Sequence[str]:
    return (name,) if name else ()


_TARGETS: Mapping[str, Mapping[Verb, Targets]] = MappingProxyType(
    {
        "Dataset": {Verb.REFRESH: _now, Verb.ACCEPT_SCHEMA: _now},
        "TrainingJob": {
            Verb.RUN: _now,
            Verb.RETRY: _failed_run,
            Verb.RESET_RETRAIN: _now,
            Verb.VERIFY: _current_version,
        },
        "ModelDeployment": {
            Verb.PROMOTE: _canary,
            Verb.SKIP: _canary,
            Verb.PAUSE: _canary,
            Verb.RESUME: _canary,
            Verb.ABORT: _canary,
            Verb.UNDO: _stable,
            Verb.UNQUARANTINE: _quarantined,
            Verb.RETRY: _waiting,
            Verb.REFRESH_IMAGES: lambda _: (),
        },
        "BatchPrediction": {Verb.RUN: _now, Verb.RETRY: _now, Verb.ABORT: _now},
    }
)


def kinds_that_know(verb: Verb) -> Sequence[str]:
    """Return the kinds of which this can be asked."""
    return tuple(kind for kind, verbs in _TARGETS.items() if verb in verbs)


def targets(name: ObjectName, raw: Raw, verb: Verb) -> Sequence[str]:
    """Return what the verb can be about now, the likeliest first."""
    known = _TARGETS.get(name.kind, {})
    if verb not in known:
        verbs = ", ".join(known) or "no request"
        raise NothingToAsk(f"{name}: a {name.kind} knows {verbs}, not {verb}")
    return known[verb](raw)


def request_text(name: ObjectName, raw: Raw, verb: Verb, target: str, token: str) -> str:
    """Return the text of the annotation; without a target it is about what there is now.

    The token makes it another text than any before, so that it acts. Raises NothingToAsk.
    """
    found = targets(name, raw, verb)
    if verb is Verb.REFRESH_IMAGES:
        return f"{verb}@{target or token}"
    if not target and not found:
        raise NothingToAsk(f"{name}: there is nothing to {verb} now; `trainyard get {name}`")
    return f"{verb}@{target or found[0]}#{token}"


def answer_to(raw: Raw, text: str) -> Answer | None:
    """Return what became of the request with this text, or None while it is not looked at."""
    for outcome in reversed(at(raw, "status.requests") or ()):
        if outcome.get("request") == text:
            return Answer(outcome.get("outcome") == "Done", str(outcome.get("message", "")))
    return None
