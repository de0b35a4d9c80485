"""Which version is the champion that a TrainingJob's versions are compared with?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from trainyard.api.gates import Gate
from trainyard.api.v1alpha1.model_deployment import ModelDeployment


class ChampionState(StrEnum):
    """Whether there is a champion."""

    NOT_NEEDED = "NotNeeded"
    """No gate compares with one."""
    FOUND = "Found"
    NONE = "None"
    """Nothing serves yet: gates against the champion have nothing to compare with."""
    AMBIGUOUS = "Ambiguous"
    """Several deployments follow the TrainingJob and no gate says which one counts."""


@dataclass(frozen=True, slots=True)
class Champion:
    """The version that serves now."""

    state: ChampionState
    bundle_digest: str | None = None
    model_version: str = ""
    message: str = ""
    """Where it was looked for, in words."""


def find_champion(
    training_job: str, gates: Sequence[Gate], deployments: Sequence[ModelDeployment]
) -> Champion:
    """Return the champion: the stable version of the deployment that the gates name, or of the
    only one that follows the TrainingJob.
    """
    against = [gate.against_champion for gate in gates if gate.against_champion is not None]
    if not against:
        return Champion(ChampionState.NOT_NEEDED)
    named = against[0].model_deployment
    if named is not None:
        found = next((d for d in deployments if d.metadata.name == named.name), None)
        return _stable_of(found, f"ModelDeployment {named.name}")
    following = followers(training_job, deployments)
    if len(following) > 1:
        names = ", ".join(deployment.metadata.name for deployment in following)
        text = f"{names} follow this TrainingJob: name one in againstChampion.modelDeployment"
        return Champion(ChampionState.AMBIGUOUS, message=text)
    only = following[0] if following else None
    return _stable_of(only, f"ModelDeployment {only.metadata.name}" if only else "")


def followers(
    training_job: str, deployments: Iterable[ModelDeployment]
) -> tuple[ModelDeployment, ...]:
    """Return the deployments that serve what the TrainingJob makes."""
    return tuple(
        deployment
        for deployment in deployments
        if deployment.spec.model.training_job is not None
        and deployment.spec.model.training_job.name == training_job
    )


def _stable_of(deployment: ModelDeployment | None, place: str) -> Champion:
    if deployment is None:
        text = f"{place} does not exist" if place else "no ModelDeployment follows this TrainingJob"
        return Champion(ChampionState.NONE, message=text)
    stable = deployment.status.stable
    if stable is None:
        return Champion(ChampionState.NONE, message=f"{place} serves nothing yet")
    return Champion(
        ChampionState.FOUND,
        bundle_digest=stable.bundle_digest,
        model_version=stable.model_version,
        message=f"the stable version of {place}",
    )
