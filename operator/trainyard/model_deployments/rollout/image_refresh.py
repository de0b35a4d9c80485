"""Do versions that serve move to the images that are installed now?

An upgrade of the operator alone releases nothing: people ask for it, for one deployment or for a
Namespace, or the installation names a window. It is a release like any other, of the same bundle.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentReason as Reason
from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentStatus, Revision
from trainyard.installation import Installation
from trainyard.model_deployments.revision.identity import kept_revisions
from trainyard.model_deployments.view import Turn, View

LONGEST_TOKEN = 63


def outdated_image(revision: Revision, installation: Installation) -> str:
    """Return the image of an installation that it runs though another is installed; or empty."""
    if not revision.own_image and not installation.serves_with(revision.image):
        return revision.image
    collector = revision.collector_image
    return collector if collector != installation.training_image else ""


def with_image_refresh(view: View, turn: Turn) -> Turn:
    """Return the status after what the Namespace or the clock asks for; each acts once."""
    token, status = view.observed.image_refresh[:LONGEST_TOKEN], turn.status
    if token and token != status.namespace_image_refresh:
        asked = turn.changed(namespace_image_refresh=token)
        return _begun(view, asked, token, "by request of the Namespace")
    due, stable = next_refresh(view, status), status.stable
    if due is None or due > view.now or status.rollout is not None or stable is None:
        return turn
    return _begun(view, turn, _token_of(view.observed.installation, stable), "in the window for it")


def with_outdated(view: View, turn: Turn) -> Turn:
    """Return the status with the revisions that run an older image."""
    installation = view.observed.installation
    found = [r.revision for r in kept_revisions(turn.status) if outdated_image(r, installation)]
    return turn.changed(outdated=tuple(found))


def next_refresh(view: View, status: ModelDeploymentStatus) -> datetime | None:
    """Return when the stable version may move by itself; None: never, or there is no need."""
    installation, stable = view.observed.installation, status.stable
    if view.resource.spec.suspend or stable is None or not outdated_image(stable, installation):
        return None
    if status.image_refresh == _token_of(installation, stable):
        return None
    return installation.refresh_window.turn_of(view.resource.metadata.uid, view.now)


def _begun(view: View, turn: Turn, token: str, why: str) -> Turn:
    stable, installation = turn.status.stable, view.observed.installation
    image = outdated_image(stable, installation) if stable is not None else ""
    if stable is None or not image:
        return turn
    message = f"{stable.revision} runs {image}, which is not installed any more: {why}"
    return turn.changed(image_refresh=token).noted(Reason.IMAGES_REFRESHED, message)


def _token_of(installation: Installation, stable: Revision) -> str:
    """Return a token that is new where other images are installed for it."""
    images = f"{installation.serving_image} {installation.serving_sklearn_image}"
    if stable.collector_image:
        images += f" {installation.training_image}"
    return f"window-{hashlib.sha256(images.encode()).hexdigest()[:10]}"
