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
    RolloutStatus,
    TrafficShare,
)
from trainyard.conditions import shorten
from trainyard.model_deployments.analysis.verdict import learnt
from trainyard.model_deployments.judging import fresh_checks
from trainyard.model_deployments.progress import Progress, Scene
from trainyard.model_deployments.rollout import Act, Move, step_at
from trainyard.model_deployments.traffic.choice import backend_of

QUARANTINE_KEPT = 20
LONGEST_BACKOFF = timedelta(minutes=30)
FIRST_BACKOFF = timedelta(minutes=1)
WHY = 500


def moved(scene: Scene, progress: Progress, move: Move) -> Progress:
    """Return the status after the move; a move that changes traffic is told."""
    return _MOVES[move.act](scene, progress, move)


def shares(status: ModelDeploymentStatus, canary_weight: int) -> tuple[TrafficShare, ...]:
    """Return the traffic with this weight for the canary and the rest for the stable revision."""
    found = []
    if status.stable is not None:
        found.append(_share("stable", status.stable, 100 - canary_weight))
    if status.canary is not None and status.stable is not None:
        found.append(_share("canary", status.canary, canary_weight))
    return tuple(found)


def _share(role: str, revision: Revision, weight: int) -> TrafficShare:
    return TrafficShare.model_validate(
        {"role": role, "revision": revision.revision, "weightPercent": weight}
    )


def ended(progress: Progress, quarantine: QuarantineEntry | None = None) -> Progress:
    """Return the status after a rollout that did not win: all requests to the stable version."""
    status = progress.status
    rollout, canary = status.rollout, status.canary
    leaving = (*status.leaving, canary.revision) if canary is not None else status.leaving
    entries = status.quarantine
    if quarantine is not None:
        others = tuple(e for e in entries if e.revision != quarantine.revision)
        entries = (*others, quarantine)[-QUARANTINE_KEPT:]
    known = learnt(status.dispersion, rollout.checks) if rollout is not None else None
    after = progress.having(
        canary=None, rollout=None, leaving=leaving, quarantine=entries, dispersion=known
    )
    return after.having(traffic=shares(after.status, 0))


def quarantined(scene: Scene, revision: Revision, reason: Reason, why: str) -> QuarantineEntry:
    """Return the entry that keeps the revision from being tried again."""
    return QuarantineEntry(
        bundle_digest=revision.bundle_digest,
        revision=revision.revision,
        since=scene.now,
        reason=str(reason),
        message=shorten(why, WHY),
    )


def with_rollout(before: Progress, /, **changes: object) -> Progress:
    """Return the status with these fields of its rollout changed."""
    rollout = before.status.rollout
    if rollout is None:
        return before
    return before.having(rollout=rollout.model_copy(update=changes))


def resumed(scene: Scene, rollout: RolloutStatus) -> dict[str, object]:
    """Return the fields of a rollout that goes on after a pause; a deadline that ran out and the
    wait for evidence start anew.
    """
    paused = scene.now - (rollout.paused_at or scene.now)
    fields: dict[str, object] = {
        "phase": "Progressing" if rollout.step else "Starting",
        "paused_at": None,
        "paused_seconds": rollout.paused_seconds + int(paused.total_seconds()),
        "on_hold": False,
    }
    if rollout.phase == "Held":
        fields |= {"started_at": scene.now, "paused_seconds": 0, "step_started_at": scene.now}
    return fields


def _stay(scene: Scene, progress: Progress, move: Move) -> Progress:  # noqa: ARG001
    return with_rollout(progress, why=shorten(move.why, WHY))


def _enter(scene: Scene, progress: Progress, move: Move) -> Progress:
    spec, rollout = scene.resource.spec, progress.status.rollout
    step = step_at(spec, move.step)
    if step is None or rollout is None:
        return progress
    why = f"step {move.step} of {len(spec.rollout.steps)}: {step.weight_percent} % for"
    told = f"{why} {rollout.revision}" + (f"; before: {move.why}" if rollout.step else "")
    after = with_rollout(
        progress,
        phase="Progressing",
        step=move.step,
        progress=f"{move.step}/{len(spec.rollout.steps)}",
        step_started_at=scene.now,
        through=None,
        stable_requests=0,
        canary_requests=0,
        verdict="NoEvidence",
        why="the step just began",
        checks=fresh_checks(rollout.checks),
    )
    after = after.having(traffic=shares(after.status, step.weight_percent))
    return after.told(scene, Reason.STEP_STARTED, told)


def _finish(scene: Scene, progress: Progress, move: Move) -> Progress:  # noqa: ARG001
    return with_rollout(progress, finishing=True, phase="Progressing", why=shorten(move.why, WHY))


def _promote(scene: Scene, progress: Progress, move: Move) -> Progress:
    status = progress.status
    canary, old, rollout = status.canary, status.stable, status.rollout
    if canary is None:
        return progress
    leaving, previous = status.leaving, status.previous
    if previous is not None and previous.warm_until is not None:
        leaving = (*leaving, previous.revision)
    if old is not None:
        previous, leaving = _retired(scene, old, leaving)
    known = learnt(status.dispersion, rollout.checks) if rollout else status.dispersion
    after = progress.having(
        stable=canary, canary=None, rollout=None, previous=previous, leaving=leaving,
        retry=None, dispersion=known, signals=(), monitors=(),
    )  # fmt: skip
    after = after.having(traffic=shares(after.status, 0))
    from_ = f" instead of {old.revision}" if old is not None else ""
    return after.told(scene, Reason.PROMOTED, f"{canary.revision} serves{from_}: {move.why}")


def _retired(
    scene: Scene, old: Revision, leaving: tuple[str, ...]
) -> tuple[RetiredRevision, tuple[str, ...]]:
    keep = scene.resource.spec.rollout.keep_seconds
    warm = keep > 0 and backend_of(scene.resource.spec).keeps_warm
    until = scene.now + timedelta(seconds=keep) if warm else None
    record = RetiredRevision(**old.model_dump(exclude={"warm_until"}), warm_until=until)
    return record, leaving if warm else (*leaving, old.revision)


def _roll_back(scene: Scene, progress: Progress, move: Move) -> Progress:
    canary = progress.status.canary
    if canary is None:
        return progress
    entry = quarantined(scene, canary, move.reason, move.why)
    told = (
        f"{canary.revision} is rolled back and quarantined: {move.why};"
        f" release@{canary.bundle_digest} lets it try again"
    )
    after = ended(progress, entry).having(retry=None)
    return after.told(scene, Reason.ROLLED_BACK, told, warning=True)


def _retry_later(scene: Scene, progress: Progress, move: Move) -> Progress:
    canary, retry = progress.status.canary, progress.status.retry
    if canary is None:
        return progress
    before = retry.failures if retry is not None and retry.revision == canary.revision else 0
    wait = min(LONGEST_BACKOFF, FIRST_BACKOFF * 2**before)
    again = Retry(
        revision=canary.revision,
        failures=before + 1,
        retry_at=scene.now + wait,
        message=shorten(move.why, WHY),
    )
    told = f"{canary.revision} could not start, again in {wait}: {move.why}"
    after = ended(progress).having(retry=again)
    return after.told(scene, Reason.CLUSTER_FAULT, told, warning=True)


def _withdraw(scene: Scene, progress: Progress, move: Move) -> Progress:
    after = with_rollout(
        progress, phase="Starting", step=0, progress="", finishing=False, through=None,
        step_started_at=scene.now, why=shorten(move.why, WHY),
    )  # fmt: skip
    after = after.having(traffic=shares(after.status, 0))
    told = f"all requests to the stable version for now: {move.why}"
    return after.told(scene, Reason.NOT_READY, told, warning=True)


def _take_over(scene: Scene, progress: Progress, move: Move) -> Progress:
    after = with_rollout(progress, through=None, why=shorten(move.why, WHY))
    after = after.having(traffic=shares(after.status, 100))
    told = f"all requests to the new version, which is not promoted: {move.why}"
    return after.told(scene, Reason.STABLE_FAILED, told, warning=True)


def _give_back(scene: Scene, progress: Progress, move: Move) -> Progress:
    step = step_at(scene.resource.spec, move.step)
    weight = step.weight_percent if step is not None else 0
    after = with_rollout(
        progress, through=None, stable_requests=0, canary_requests=0,
        step_started_at=scene.now, why=move.why,
    )  # fmt: skip
    after = after.having(traffic=shares(after.status, weight))
    return after.told(scene, Reason.STEP_STARTED, f"{move.why}: {weight} % for the new version")


def _pause(scene: Scene, progress: Progress, move: Move) -> Progress:
    after = with_rollout(progress, phase="Paused", paused_at=scene.now, why=shorten(move.why, WHY))
    return after.told(scene, Reason.PAUSED, move.why)


def _hold(scene: Scene, progress: Progress, move: Move) -> Progress:
    rollout = progress.status.rollout
    if rollout is not None and rollout.phase == "Held":
        return _stay(scene, progress, Move(Act.STAY, rollout.why))
    after = with_rollout(progress, phase="Held", paused_at=scene.now, why=shorten(move.why, WHY))
    return after.told(scene, move.reason, move.why, warning=True)


_MOVES: Mapping[Act, Callable[[Scene, Progress, Move], Progress]] = {
    Act.STAY: _stay,
    Act.ENTER: _enter,
    Act.FINISH: _finish,
    Act.PROMOTE: _promote,
    Act.ROLL_BACK: _roll_back,
    Act.RETRY_LATER: _retry_later,
    Act.WITHDRAW: _withdraw,
    Act.TAKE_OVER: _take_over,
    Act.GIVE_BACK: _give_back,
    Act.PAUSE: _pause,
    Act.HOLD: _hold,
}
