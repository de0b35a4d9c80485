"""What each move of a rollout makes of the status."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentReason as Reason
from trainyard.api.v1alpha1.model_deployment_status import (
    ModelDeploymentStatus,
    QuarantineEntry,
    RetiredRevision,
    Retry,
    Revision,
)
from trainyard.api.v1alpha1.rollout_status import RolloutStatus
from trainyard.conditions import shorten
from trainyard.model_deployments.analysis.verdict import learnt
from trainyard.model_deployments.monitoring.signals import good_monitors
from trainyard.model_deployments.rollout.forecast import duration, expected_seconds
from trainyard.model_deployments.rollout.judging import fresh_checks
from trainyard.model_deployments.rollout.past_rollouts import arms_of, served_before
from trainyard.model_deployments.rollout.steps import progress_of, steps_digest, words_of
from trainyard.model_deployments.rollout.strategy import Act, Move
from trainyard.model_deployments.traffic.decision import at_rest, shares_of
from trainyard.model_deployments.traffic.modes import mode_of
from trainyard.model_deployments.view import Turn, View
from trainyard.requests import acting_now

QUARANTINE_KEPT = 20
LONGEST_BACKOFF = timedelta(minutes=30)
FIRST_BACKOFF = timedelta(minutes=1)
LONGEST_WAIT_FOR_REQUESTS = timedelta(days=1)
"""At another time of the day more requests may come."""
WHY = 500


def moved(view: View, turn: Turn, move: Move) -> Turn:
    """Return the status after the move; a move that changes traffic is told."""
    after = _MOVES[move.act](view, turn, move)
    if move.traffic is None:
        return after
    return after.changed(traffic=shares_of(after.status, move.traffic))


def with_traffic_at_rest(turn: Turn) -> Turn:
    """Return the status with all requests to the stable revision."""
    return turn.changed(traffic=shares_of(turn.status, at_rest(turn.status)))


def ended(turn: Turn, quarantine: QuarantineEntry | None = None) -> Turn:
    """Return the status after a rollout that did not win: all requests to the stable version."""
    status = turn.status
    rollout, canary = status.rollout, status.canary
    leaving = (*status.leaving, canary.revision) if canary is not None else status.leaving
    entries = status.quarantine
    if quarantine is not None:
        others = tuple(e for e in entries if e.revision != quarantine.revision)
        entries = (*others, quarantine)[-QUARANTINE_KEPT:]
    known = learnt(status.dispersion, rollout.checks) if rollout is not None else None
    after = turn.changed(
        canary=None, rollout=None, leaving=leaving, previous=_before(status), quarantine=entries,
        dispersion=known, last_arms=arms_of(status),
    )  # fmt: skip
    return with_traffic_at_rest(after)


def _before(status: ModelDeploymentStatus) -> RetiredRevision | None:
    """Return the version before the stable one: also one that was to come back and did not."""
    rollout, canary = status.rollout, status.canary
    if status.previous is not None or rollout is None or not rollout.readiness_only:
        return status.previous
    was_stable = canary is not None and status.stable is not None
    return RetiredRevision(**canary.model_dump()) if canary is not None and was_stable else None


def quarantined(view: View, revision: Revision, reason: Reason, why: str) -> QuarantineEntry:
    """Return the entry that keeps the revision from being tried again."""
    return QuarantineEntry(
        bundle_digest=revision.bundle_digest,
        revision=revision.revision,
        since=view.now,
        reason=str(reason),
        message=shorten(why, WHY),
    )


def with_rollout(before: Turn, /, **changes: object) -> Turn:
    """Return the status with these fields of its rollout changed."""
    rollout = before.status.rollout
    if rollout is None:
        return before
    return before.changed(rollout=rollout.model_copy(update=changes))


def begun_now(view: View) -> dict[str, object]:
    """Return the fields of a step that begins now: its deadline and its wait for evidence too."""
    return {"step_started_at": view.now, "paused_at": None, "paused_seconds": 0}


def before_the_first_step() -> dict[str, object]:
    """Return the fields of a rollout that begins with its first step, once its pods are ready."""
    fields: dict[str, object] = {"phase": "Starting", "step": 0, "progress": ""}
    return fields | {"weight_percent": 0, "mirror_percent": 0, "observed_until": None}


def resumed(view: View, rollout: RolloutStatus) -> dict[str, object]:
    """Return the fields of a rollout that goes on after a pause; a deadline that ran out and the
    wait for evidence start anew.
    """
    paused = view.now - (rollout.paused_at or view.now)
    fields: dict[str, object] = {
        "phase": "Progressing" if rollout.step else "Starting",
        "paused_at": None,
        "paused_seconds": rollout.paused_seconds + int(paused.total_seconds()),
        "pause_requested": False,
    }
    if rollout.phase == "Inconclusive":
        fields |= begun_now(view)
    return fields


def _stay(view: View, turn: Turn, move: Move) -> Turn:  # noqa: ARG001
    return with_rollout(turn, why=shorten(move.why, WHY))


def _enter(view: View, turn: Turn, move: Move) -> Turn:
    spec, rollout = view.resource.spec, turn.status.rollout
    if rollout is None or move.traffic is None:
        return turn
    message = words_of(spec, move.step, rollout.revision)
    if rollout.step:
        message = f"{message}; before: {move.why}"
    expected = expected_seconds(spec, rollout, move.step)
    if expected:
        message = f"{message}; about {duration(expected)} at the present rate of requests"
    after = with_rollout(
        turn,
        **begun_now(view),
        phase="Progressing",
        step=move.step,
        progress=progress_of(spec, move.step),
        weight_percent=move.traffic.weight_of(rollout.revision),
        mirror_percent=move.traffic.mirror_percent,
        steps_digest=steps_digest(spec),
        expected_seconds=expected,
        observed_until=None,
        stable_requests=0,
        canary_requests=0,
        verdict="NoEvidence",
        why="the step just began",
        checks=fresh_checks(rollout.checks),
    )
    return after.noted(Reason.STEP_STARTED, message)


def _finish(view: View, turn: Turn, move: Move) -> Turn:
    why = shorten(move.why, WHY)
    after = with_rollout(turn, **begun_now(view), finishing=True, phase="Progressing", why=why)
    return after.noted(move.reason, move.why) if move.reason is Reason.NO_EVIDENCE else after


def _promote(view: View, turn: Turn, move: Move) -> Turn:
    status = turn.status
    canary, old, rollout = status.canary, status.stable, status.rollout
    if canary is None:
        return turn
    leaving, previous = status.leaving, status.previous
    if previous is not None and previous.warm_until is not None:
        leaving = (*leaving, previous.revision)
    if old is not None:
        previous, leaving = _retired(view, turn, old, leaving)
    known = learnt(status.dispersion, rollout.checks) if rollout else status.dispersion
    after = turn.changed(
        stable=canary, canary=None, rollout=None, previous=previous, leaving=leaving,
        served=served_before(status, canary),
        retry=None, dispersion=known, signals=(), monitors=(), last_arms=arms_of(status),
    )  # fmt: skip
    from_ = f" instead of {old.revision}" if old is not None else ""
    return after.noted(Reason.PROMOTED, f"{canary.revision} serves{from_}: {move.why}")


def _retired(
    view: View, turn: Turn, old: Revision, leaving: tuple[str, ...]
) -> tuple[RetiredRevision, tuple[str, ...]]:
    keep = view.resource.spec.rollout.scale_down_delay_seconds
    warm = keep > 0 and mode_of(view.resource.spec).keeps_warm
    until = view.now + timedelta(seconds=keep) if warm else None
    rollout = turn.status.rollout
    record = RetiredRevision(
        **old.model_dump(exclude={"warm_until"}),
        warm_until=until,
        good=good_monitors(turn.status),
        errors=learnt(None, rollout.checks) if rollout is not None else None,
    )
    return record, leaving if warm else (*leaving, old.revision)


def _roll_back(view: View, turn: Turn, move: Move) -> Turn:
    canary = turn.status.canary
    if canary is None:
        return turn
    entry = quarantined(view, canary, move.reason, move.why)
    way = acting_now(f"unquarantine@{canary.bundle_digest}", turn.status.last_request)
    message = (
        f"{canary.revision} is rolled back and quarantined: {move.why}; {way} lets it try again"
    )
    after = ended(turn, entry).changed(retry=None)
    return after.noted(Reason.ROLLED_BACK, message, warning=True)


def _retry_later(view: View, turn: Turn, move: Move) -> Turn:
    wait = min(LONGEST_BACKOFF, FIRST_BACKOFF * 2 ** _failures(turn))
    return _again_after(view, turn, move, wait, move.reason)


def _give_up(view: View, turn: Turn, move: Move) -> Turn:
    first = timedelta(seconds=view.resource.spec.analysis.evidence_timeout_seconds)
    wait = max(first, min(LONGEST_WAIT_FOR_REQUESTS, first * 2 ** _failures(turn)))
    return _again_after(view, turn, move, wait, Reason.NO_EVIDENCE)


def _failures(turn: Turn) -> int:
    canary, retry = turn.status.canary, turn.status.retry
    same = retry is not None and canary is not None and retry.revision == canary.revision
    return retry.failures if retry is not None and same else 0


def _again_after(view: View, turn: Turn, move: Move, wait: timedelta, reason: Reason) -> Turn:
    canary, before = turn.status.canary, _failures(turn)
    if canary is None:
        return turn
    again = Retry(
        revision=canary.revision,
        failures=before + 1,
        retry_at=view.now + wait,
        message=shorten(move.why, WHY),
    )
    message = f"{canary.revision} is taken back, again in {wait}: {move.why}"
    after = ended(turn).changed(retry=again)
    return after.noted(reason, message, warning=True)


def _withdraw(view: View, turn: Turn, move: Move) -> Turn:
    after = with_rollout(
        turn, **begun_now(view), **before_the_first_step(), finishing=False, taken_over=False,
        why=shorten(move.why, WHY),
    )  # fmt: skip
    message = f"all requests to the stable version for now: {move.why}"
    return after.noted(Reason.NOT_READY, message, warning=True)


def _take_over(view: View, turn: Turn, move: Move) -> Turn:  # noqa: ARG001
    why = shorten(move.why, WHY)
    after = with_rollout(turn, taken_over=True, observed_until=None, why=why)
    message = f"all requests to the new version, which is not promoted: {move.why}"
    return after.noted(Reason.STABLE_FAILED, message, warning=True)


def _give_back(view: View, turn: Turn, move: Move) -> Turn:
    rollout = turn.status.rollout
    weight = rollout.weight_percent if rollout is not None else 0
    after = with_rollout(
        turn, taken_over=False, observed_until=None, stable_requests=0, canary_requests=0,
        step_started_at=view.now, paused_seconds=0, why=move.why,
    )  # fmt: skip
    return after.noted(Reason.STEP_STARTED, f"{move.why}: {weight} % for the new version")


def _wait(view: View, turn: Turn, move: Move) -> Turn:
    """Wait for people, or for evidence too; a wait that goes on by itself is told once."""
    rollout, phase = turn.status.rollout, _PHASE[move.act]
    if rollout is not None and rollout.phase == phase != "Paused":
        return _stay(view, turn, move)
    after = with_rollout(turn, phase=phase, paused_at=view.now, why=shorten(move.why, WHY))
    reason = Reason.PAUSED if move.act is Act.PAUSE else move.reason
    return after.noted(reason, move.why, warning=move.act is Act.INCONCLUSIVE)


_PHASE = {
    Act.PAUSE: "Paused",
    Act.AWAIT_APPROVAL: "AwaitingApproval",
    Act.INCONCLUSIVE: "Inconclusive",
}
_MOVES: Mapping[Act, Callable[[View, Turn, Move], Turn]] = {
    Act.STAY: _stay,
    Act.ENTER: _enter,
    Act.FINISH: _finish,
    Act.PROMOTE: _promote,
    Act.ROLL_BACK: _roll_back,
    Act.RETRY_LATER: _retry_later,
    Act.GIVE_UP: _give_up,
    Act.WITHDRAW: _withdraw,
    Act.TAKE_OVER: _take_over,
    Act.GIVE_BACK: _give_back,
    Act.PAUSE: _wait,
    Act.AWAIT_APPROVAL: _wait,
    Act.INCONCLUSIVE: _wait,
}
