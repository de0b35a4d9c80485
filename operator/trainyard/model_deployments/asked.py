"""What people ask of a deployment, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentReason as Reason
from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentStatus, RolloutStatus
from trainyard.model_deployments.admission import nobody_else_serves, started
from trainyard.model_deployments.moves import (
    ended,
    moved,
    quarantined,
    resumed,
    with_rollout,
)
from trainyard.model_deployments.progress import Progress, Scene
from trainyard.model_deployments.revisions import weight_of
from trainyard.model_deployments.rollout import Act, Move, step_at
from trainyard.requests import Request, Verb, outcomes_with, pending_request

Outcome = tuple[Progress | None, str]
"""The status after the request (None: refused) and a sentence."""


def with_request(scene: Scene, progress: Progress) -> Progress:
    """Return the status after the pending request; it acts once, whatever comes of it."""
    request = pending_request(scene.resource, progress.status)
    if request is None:
        return progress
    after, message = _answer(scene, progress, request)
    done = after is not None
    result = (after or progress).told(
        scene,
        Reason.REQUEST_DONE if done else Reason.REQUEST_REFUSED,
        f"{request.text}: {message}",
        warning=not done,
    )
    requests = outcomes_with(
        result.status.requests, request, done=done, message=message, now=scene.now
    )
    return result.having(last_request=request.text, requests=requests)


def _answer(scene: Scene, progress: Progress, request: Request) -> Outcome:
    if request.verb is None or request.verb not in _VERBS:
        known = ", ".join(str(verb) for verb in _VERBS)
        return None, f"a ModelDeployment knows {known}"
    if scene.resource.spec.suspend and request.verb not in (Verb.RELEASE, Verb.RETRY):
        return None, "spec.suspend is true, so nothing moves: set it to false first"
    if request.verb in _OF_ROLLOUTS:
        refusal = _not_this_rollout(progress.status, request.target)
        if refusal is not None:
            return None, refusal
    return _VERBS[request.verb](scene, progress, request)


def _not_this_rollout(status: ModelDeploymentStatus, target: str) -> str | None:
    rollout, canary = status.rollout, status.canary
    if rollout is None or canary is None:
        return "no rollout is under way"
    if target not in (rollout.id, rollout.revision, canary.bundle_digest):
        return f"the rollout under way is {rollout.revision}, not {target or 'nothing'}"
    return None


def _promote(scene: Scene, progress: Progress, request: Request) -> Outcome:  # noqa: ARG001
    rollout = _rollout(progress)
    ready, wanted = scene.observed.workload(rollout.revision).ready, scene.resource.spec.replicas
    if not ready:
        return None, f"{ready} of {wanted} pods of {rollout.revision} are ready: it cannot serve"
    skipped = _unpaused(scene, progress)
    if ready < wanted or not weight_of(progress.status, rollout.revision):
        return with_rollout(
            skipped, finishing=True, step=rollout.step or 1
        ), "as soon as routers reach enough pods"
    return moved(scene, skipped, Move(Act.PROMOTE, "by request")), "promoted"


def _skip(scene: Scene, progress: Progress, request: Request) -> Outcome:  # noqa: ARG001
    rollout = _rollout(progress)
    if not rollout.step:
        return None, "no step is under way yet, the pods are being started"
    return _onward(scene, progress, "skipped by request"), f"step {rollout.step} is over"


def _hold(scene: Scene, progress: Progress, request: Request) -> Outcome:  # noqa: ARG001
    rollout = _rollout(progress)
    since = rollout.paused_at or scene.now
    after = with_rollout(progress, on_hold=True, phase="Paused", paused_at=since)
    return after, f"the weights stay until resume@{rollout.revision}"


def _resume(scene: Scene, progress: Progress, request: Request) -> Outcome:  # noqa: ARG001
    rollout = _rollout(progress)
    if rollout.phase not in ("Paused", "Held"):
        return None, f"step {rollout.step} is not paused ({rollout.why}); skip@ ends it anyway"
    if rollout.on_hold or rollout.phase == "Held":
        return _unpaused(scene, progress), "it goes on"
    return _onward(scene, progress, "resumed by request"), f"step {rollout.step} is over"


def _abort(scene: Scene, progress: Progress, request: Request) -> Outcome:  # noqa: ARG001
    canary = progress.status.canary
    if progress.status.stable is None or canary is None:
        return None, "there is no stable version to go back to; change spec.model instead"
    if nobody_else_serves(scene, progress.status):
        stable = progress.status.stable.revision
        return None, f"no pod of the stable version {stable} is ready and {canary.revision} serves"
    entry = quarantined(scene, canary, Reason.ABORTED, "aborted by request")
    told = f"{canary.revision} is taken back by request; retry@{canary.revision} tries it again"
    return ended(progress, entry).told(scene, Reason.ABORTED, told), "stable has 100 %"


def _retry(scene: Scene, progress: Progress, request: Request) -> Outcome:
    retry, target = progress.status.retry, request.target
    if retry is not None and target == retry.revision:
        now = retry.model_copy(update={"retry_at": scene.now})
        return progress.having(retry=now), "it is started again now"
    aborted = tuple(
        e
        for e in progress.status.quarantine
        if target in (e.revision, e.bundle_digest) and e.reason == Reason.ABORTED
    )
    if not aborted:
        return None, f"{target} neither waits for a retry nor was aborted; see release@<digest>"
    kept = tuple(e for e in progress.status.quarantine if e not in aborted)
    return progress.having(quarantine=kept), "it may be tried again"


def _release(scene: Scene, progress: Progress, request: Request) -> Outcome:
    entries, target = progress.status.quarantine, request.target
    kept = tuple(e for e in entries if target not in (e.revision, e.bundle_digest))
    if len(kept) == len(entries):
        return None, f"{target or 'nothing'} is not in quarantine"
    after = progress.having(quarantine=kept)
    return after.told(scene, Reason.RELEASED, f"{target} is released"), "it may be tried again"


def _undo(scene: Scene, progress: Progress, request: Request) -> Outcome:
    status = progress.status
    stable, previous = status.stable, status.previous
    if status.rollout is not None:
        return None, f"a rollout is under way: abort@{status.rollout.revision} goes back"
    if stable is None or request.target not in (stable.revision, stable.bundle_digest):
        shown = stable.revision if stable is not None else "nothing"
        return None, f"the stable version is {shown}: undo@<its revision> goes back from it"
    if previous is None:
        return None, "no version was stable before this one"
    if previous.revision in status.leaving:
        return None, f"{previous.revision} is being removed: ask again in a minute"
    entry = quarantined(scene, stable, Reason.UNDONE, "undone by request")
    kept = tuple(e for e in status.quarantine if e.revision != previous.revision)
    record = type(stable)(**previous.model_dump(exclude={"warm_until"}))
    after = progress.having(quarantine=(*kept, entry))
    after = started(scene, after, record, readiness_only=True)
    told = f"back to {previous.revision} by request"
    return after.told(scene, Reason.UNDONE, told), f"{previous.revision} takes over once ready"


def _onward(scene: Scene, progress: Progress, why: str) -> Progress:
    rollout = _rollout(progress)
    free = _unpaused(scene, progress)
    if step_at(scene.resource.spec, rollout.step + 1) is None:
        return moved(scene, free, Move(Act.FINISH, why))
    return moved(scene, free, Move(Act.ENTER, why, step=rollout.step + 1))


def _unpaused(scene: Scene, progress: Progress) -> Progress:
    return with_rollout(progress, **resumed(scene, _rollout(progress)))


def _rollout(progress: Progress) -> RolloutStatus:
    rollout = progress.status.rollout
    if rollout is None:
        raise AssertionError("only asked while a rollout is under way")
    return rollout


_OF_ROLLOUTS = frozenset({Verb.PROMOTE, Verb.SKIP, Verb.HOLD, Verb.RESUME, Verb.ABORT})
_VERBS: Mapping[Verb, Callable[[Scene, Progress, Request], Outcome]] = {
    Verb.PROMOTE: _promote,
    Verb.SKIP: _skip,
    Verb.HOLD: _hold,
    Verb.RESUME: _resume,
    Verb.ABORT: _abort,
    Verb.RETRY: _retry,
    Verb.RELEASE: _release,
    Verb.UNDO: _undo,
}
