"""What people ask of a deployment, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentReason as Reason
from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentStatus, Revision
from trainyard.api.v1alpha1.rollout_status import RolloutStatus
from trainyard.model_deployments.revision.identity import weight_of
from trainyard.model_deployments.rollout.admission import nobody_else_serves, started
from trainyard.model_deployments.rollout.approvals import ApprovalAnswer, approval_of_canary
from trainyard.model_deployments.rollout.image_refresh import LONGEST_TOKEN
from trainyard.model_deployments.rollout.moves import (
    ended,
    moved,
    quarantined,
    resumed,
    with_rollout,
)
from trainyard.model_deployments.rollout.stepping import into_step
from trainyard.model_deployments.rollout.strategy import Act, Move
from trainyard.model_deployments.traffic.decision import all_to
from trainyard.model_deployments.view import Turn, View
from trainyard.requests import (
    Request,
    Verb,
    outcomes_with,
    pending_request,
    refusal_without_status,
)

Outcome = tuple[Turn | None, str]
"""The status after the request (None: refused) and a sentence."""


def with_request(view: View, turn: Turn) -> Turn:
    """Return the status after the pending request; it acts once, whatever comes of it."""
    request = pending_request(view.resource, turn.status)
    if request is None:
        return turn
    after, message = _answer(view, turn, request)
    done = after is not None
    result = (after or turn).noted(
        Reason.REQUEST_DONE if done else Reason.REQUEST_REFUSED,
        f"{request.text}: {message}",
        warning=not done,
    )
    requests = outcomes_with(
        result.status.requests, request, done=done, message=message, now=view.now
    )
    return result.changed(last_request=request.text, requests=requests)


def _answer(view: View, turn: Turn, request: Request) -> Outcome:
    if request.verb is None or request.verb not in _VERBS:
        known = ", ".join(str(verb) for verb in _VERBS)
        return None, f"a ModelDeployment knows {known}"
    if refusal := refusal_without_status(turn.status, request):
        return None, refusal
    if view.resource.spec.suspend and request.verb not in (Verb.UNQUARANTINE, Verb.RETRY):
        return None, "spec.suspend is true, so nothing moves: set it to false first"
    if request.verb in _OF_ROLLOUTS:
        refusal = _not_this_rollout(turn.status, request.target)
        if refusal is not None:
            return None, refusal
    return _VERBS[request.verb](view, turn, request)


def _not_this_rollout(status: ModelDeploymentStatus, target: str) -> str | None:
    rollout, canary = status.rollout, status.canary
    if rollout is None or canary is None:
        return "no rollout is under way"
    if target not in (rollout.id, rollout.revision, canary.bundle_digest):
        return f"the rollout under way is {rollout.revision}, not {target or 'nothing'}"
    return None


def _promote(view: View, turn: Turn, request: Request) -> Outcome:  # noqa: ARG001
    rollout = _rollout(turn)
    ready, wanted = view.observed.workload(rollout.revision).ready, view.resource.spec.replicas
    if not ready:
        return None, f"{ready} of {wanted} pods of {rollout.revision} are ready: it cannot serve"
    found = approval_of_canary(view, turn.status)
    if found.answer is not ApprovalAnswer.GIVEN:
        return None, found.why
    skipped = _unpaused(view, turn)
    if ready < wanted or not weight_of(turn.status, rollout.revision):
        return with_rollout(skipped, finishing=True), "as soon as routers reach enough pods"
    move = Move(Act.PROMOTE, "by request", traffic=all_to(rollout.revision))
    return moved(view, skipped, move), "promoted"


def _skip(view: View, turn: Turn, request: Request) -> Outcome:  # noqa: ARG001
    rollout = _rollout(turn)
    if not rollout.step:
        return None, "no step is under way yet, the pods are being started"
    return _onward(view, turn, "skipped by request"), f"step {rollout.step} is over"


def _pause(view: View, turn: Turn, request: Request) -> Outcome:  # noqa: ARG001
    rollout = _rollout(turn)
    since = rollout.paused_at or view.now
    after = with_rollout(turn, pause_requested=True, phase="Paused", paused_at=since)
    return after, f"the weights stay until resume@{rollout.revision}"


def _resume(view: View, turn: Turn, request: Request) -> Outcome:  # noqa: ARG001
    rollout = _rollout(turn)
    if rollout.phase not in ("Paused", "Inconclusive"):
        return None, f"step {rollout.step} is not paused ({rollout.why}); skip@ ends it anyway"
    if rollout.pause_requested or rollout.phase == "Inconclusive":
        return _unpaused(view, turn), "it goes on"
    return _onward(view, turn, "resumed by request"), f"step {rollout.step} is over"


def _abort(view: View, turn: Turn, request: Request) -> Outcome:  # noqa: ARG001
    canary = turn.status.canary
    if turn.status.stable is None or canary is None:
        return None, "there is no stable version to go back to; change spec.model instead"
    if nobody_else_serves(view, turn.status):
        stable = turn.status.stable.revision
        return None, f"no pod of the stable version {stable} is ready and {canary.revision} serves"
    entry = quarantined(view, canary, Reason.ABORTED, "aborted by request")
    message = f"{canary.revision} is taken back by request; retry@{canary.revision} tries it again"
    return ended(turn, entry).noted(Reason.ABORTED, message), "stable has 100 %"


def _retry(view: View, turn: Turn, request: Request) -> Outcome:
    retry, target = turn.status.retry, request.target
    if retry is not None and target == retry.revision:
        now = retry.model_copy(update={"retry_at": view.now})
        return turn.changed(retry=now), "it is started again now"
    aborted = tuple(
        e
        for e in turn.status.quarantine
        if target in (e.revision, e.bundle_digest) and e.reason == Reason.ABORTED
    )
    if not aborted:
        why = "neither waits for a retry nor was aborted; see unquarantine@<digest>"
        return None, f"{target or 'nothing'} {why}"
    kept = tuple(e for e in turn.status.quarantine if e not in aborted)
    return turn.changed(quarantine=kept), "it may be tried again"


def _unquarantine(view: View, turn: Turn, request: Request) -> Outcome:  # noqa: ARG001
    entries, target = turn.status.quarantine, request.target
    kept = tuple(e for e in entries if target not in (e.revision, e.bundle_digest))
    if len(kept) == len(entries):
        return None, f"{target or 'nothing'} is not in quarantine"
    after = turn.changed(quarantine=kept)
    return after.noted(
        Reason.UNQUARANTINED, f"{target} is out of quarantine"
    ), "it may be tried again"


def _undo(view: View, turn: Turn, request: Request) -> Outcome:
    status = turn.status
    if status.rollout is not None:
        return None, f"a rollout is under way: abort@{status.rollout.revision} goes back"
    if status.stable is None:
        return None, "no version serves yet, so there is nothing to go back from"
    found = _way_back(status, status.stable, request.target)
    if isinstance(found, str):
        return None, found
    if found.revision in status.leaving:
        return None, f"{found.revision} is being removed: ask again in a minute"
    entry = quarantined(view, status.stable, Reason.UNDONE, "undone by request")
    kept = tuple(e for e in status.quarantine if e.revision != found.revision)
    after = turn.changed(quarantine=(*kept, entry))
    after = started(view, after, found, readiness_only=True)
    message = f"back to {found.revision} by request"
    return after.noted(Reason.UNDONE, message), f"{found.revision} takes over once ready"


def _way_back(status: ModelDeploymentStatus, stable: Revision, target: str) -> Revision | str:
    """Return the version that is meant: the one before, or a named one that served; or why none."""
    before = status.previous
    last = Revision(**before.model_dump(exclude={"warm_until"})) if before is not None else None
    known = {r.revision: r for r in (*status.served, last) if r is not None}
    if target in (stable.revision, stable.bundle_digest):
        return last or "no version was stable before this one"
    meant = (r for r in known.values() if target in (r.revision, r.bundle_digest, r.model_version))
    found = next(meant, None) if target else None
    if found is not None:
        return found
    others = f", undo@ one of {', '.join(known)} goes back to that one" if known else ""
    return (
        f"the stable version is {stable.revision}: undo@{stable.revision} goes back to the one"
        f" before{others}"
    )


def _refresh_images(view: View, turn: Turn, request: Request) -> Outcome:
    token, status = request.target, turn.status
    if not token or len(token) > LONGEST_TOKEN:
        what = f"any word of at most {LONGEST_TOKEN} characters, a date say"
        return None, f"refresh-images@<token> wants a token: {what}"
    if token == status.image_refresh:
        return None, f"{token} was asked for before: write another token"
    if status.stable is None:
        return None, "no version serves yet; the first one starts with the installed images"
    installed = view.observed.installation
    collector = installed.training_image if status.stable.collector_image else ""
    servers = {installed.serving_image, installed.serving_sklearn_image}
    images = " and ".join(sorted({*servers, collector} - {""}))
    after = turn.changed(image_refresh=token)
    return after, f"the version of now is released again, with what is installed ({images})"


def _onward(view: View, turn: Turn, why: str) -> Turn:
    rollout = _rollout(turn)
    free = _unpaused(view, turn)
    stable = turn.status.stable
    revisions = stable.revision if stable is not None else "", rollout.revision
    return moved(view, free, into_step(view.resource.spec, rollout.step + 1, why, revisions))


def _unpaused(view: View, turn: Turn) -> Turn:
    return with_rollout(turn, **resumed(view, _rollout(turn)))


def _rollout(turn: Turn) -> RolloutStatus:
    rollout = turn.status.rollout
    if rollout is None:
        raise AssertionError("only asked while a rollout is under way")
    return rollout


_OF_ROLLOUTS = frozenset({Verb.PROMOTE, Verb.SKIP, Verb.PAUSE, Verb.RESUME, Verb.ABORT})
_VERBS: Mapping[Verb, Callable[[View, Turn, Request], Outcome]] = {
    Verb.PROMOTE: _promote,
    Verb.SKIP: _skip,
    Verb.PAUSE: _pause,
    Verb.RESUME: _resume,
    Verb.ABORT: _abort,
    Verb.RETRY: _retry,
    Verb.UNQUARANTINE: _unquarantine,
    Verb.UNDO: _undo,
    Verb.REFRESH_IMAGES: _refresh_images,
}
