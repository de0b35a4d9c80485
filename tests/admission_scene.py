"""A rollout of version b beside the stable version a, as the question who comes in finds it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from builders_serving import INSTALLATION, NOW, a_model_deployment, digest

from trainyard.api.v1alpha1.model_deployment_status import QuarantineEntry, Retry, Revision
from trainyard.api.v1alpha1.rollout_status import RolloutStatus
from trainyard.model_deployments.observed import Observed
from trainyard.model_deployments.revision.workload import Trouble, Workload
from trainyard.model_deployments.rollout.admission import admitted, wanted_revision
from trainyard.model_deployments.source import Wanted
from trainyard.model_deployments.traffic.decision import shares_of, split
from trainyard.model_deployments.view import Turn, View

HALVES: dict[str, Any] = {"traffic": {"mode": "Replicas"}, "replicas": 2}
"""Steps of less than a third cannot be made of two pods."""
ALONE: dict[str, Any] = {"canary": False}


@dataclass(frozen=True, slots=True)
class Scene:
    """Version a is stable; b is on its way; the source asks for one of them, or for c."""

    asks: str = "c"
    stable: bool = True
    canary: bool = True
    weight: int = 0
    ready: str = "a"
    """The letters of the versions with ready pods."""
    trouble: bool = False
    """Of the canary's pods."""
    rollout: dict[str, Any] | None = None
    status: dict[str, Any] | None = None
    spec: dict[str, Any] | None = None

    def view(self) -> View:
        """Return what the decision looks at."""
        source = Wanted(digest(self.asks), f"recipe-{self.asks}")
        plain = View(a_model_deployment(**(self.spec or {})), Observed(INSTALLATION, source), NOW)
        workloads = {
            revision_of(plain, letter).revision: Workload(
                revision_of(plain, letter).revision,
                exists=True,
                ready=2 * (letter in self.ready),
                trouble=Trouble.CRASH if self.trouble and letter == "b" else None,
                message="it crashes" if self.trouble and letter == "b" else "",
            )
            for letter in "ab"
        }
        return replace(plain, observed=replace(plain.observed, workloads=workloads))

    def turn(self, view: View) -> Turn:
        """Return the decision so far."""
        a, b = revision_of(view, "a"), revision_of(view, "b")
        fields = {"id": f"{b.revision}.1", "revision": b.revision, "phase": "Progressing"}
        rollout = RolloutStatus.model_validate(
            fields | {"startedAt": NOW, "stepStartedAt": NOW} | (self.rollout or {})
        )
        before = view.begin().changed(
            stable=a if self.stable else None,
            canary=b if self.canary else None,
            rollout=rollout if self.canary else None,
            **(self.status or {}),
        )
        shared = split(a.revision, b.revision, self.weight)
        return before.changed(traffic=shares_of(before.status, shared))

    def after(self) -> Turn:
        """Return the decision after the question who comes in."""
        view = self.view()
        return admitted(view, self.turn(view))


def revision_of(view: View, letter: str) -> Revision:
    """Return the revision that serves this version."""
    wanted = Wanted(digest(letter), f"recipe-{letter}")
    seen = replace(view, observed=replace(view.observed, source=wanted))
    found = wanted_revision(seen, view.resource.status)
    assert found is not None
    return found


def quarantine(letter: str) -> dict[str, Any]:
    """Return a status in which the version is in quarantine."""
    revision = revision_of(Scene().view(), letter)
    entry = QuarantineEntry(
        bundle_digest=digest(letter), revision=revision.revision, since=NOW, reason="Crashed"
    )
    return {"quarantine": (entry,)}


def retry(letter: str, seconds: int) -> dict[str, Any]:
    """Return a status in which the version is tried again in so many seconds."""
    name = revision_of(Scene().view(), letter).revision
    return {"retry": Retry(revision=name, failures=1, retry_at=NOW + timedelta(seconds=seconds))}


def leaving(*letters: str) -> dict[str, Any]:
    """Return a status in which pods of these versions leave."""
    return {"leaving": tuple(revision_of(Scene().view(), letter).revision for letter in letters)}
