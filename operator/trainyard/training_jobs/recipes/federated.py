"""A recipe that names an estimator, which several parties train on rows that stay with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from trainyard.api.v1alpha1.federated import Federated
from trainyard.jobs.job_manifest import Document
from trainyard.jobs.training_pod import Training
from trainyard.training_jobs.recipes.estimator import EstimatorRecipe

_USUAL = {"rounds": 10, "localIterations": 3, "strategy": "FedAvg"}


@dataclass(frozen=True, slots=True)
class FederatedRecipe:
    """An estimator, the parties, and how they train together."""

    federated: Federated

    def identity(self) -> dict[str, Any]:
        """Return what makes it another recipe; defaults are left out, and how long is waited."""
        told = {name: value for name, value in self._rounds().items() if value != _USUAL.get(name)}
        parties = sorted(self._names())
        return {
            **EstimatorRecipe(self.federated.estimator).identity(),
            "federated": {**told, "participants": parties},
        }

    def description(self) -> str:
        """Return the estimator, and how many parties train it how."""
        return (
            f"{EstimatorRecipe(self.federated.estimator).description()}, trained by"
            f" {len(self.federated.participants)} parties in {self.federated.rounds} rounds of"
            f" {self.federated.strategy}"
        )

    def document(self) -> dict[str, Any]:
        """Return it as the task of the pod words it; its address is the coordinator's."""
        return {
            "federated": {
                **EstimatorRecipe(self.federated.estimator).document(),
                **self._rounds(),
                "participants": self._names(),
                "minParticipants": self.federated.min_participants,
                "enrolSeconds": self.federated.enrol_seconds,
                "roundSeconds": self.federated.round_seconds,
            }
        }

    def training(self, document: Document) -> Training:
        """Return the pod's work: it coordinates the parties."""
        return Training(document, coordinates=True)

    def _names(self) -> list[str]:
        return [p.dataset.full_name for p in self.federated.participants]

    def _rounds(self) -> dict[str, Any]:
        private = self.federated.differential_privacy
        told = {
            "rounds": self.federated.rounds,
            "localIterations": self.federated.local_iterations,
            "strategy": self.federated.strategy,
        }
        if private is None:
            return told
        numbers = {
            "noiseMultiplier": float(private.noise_multiplier),
            "clippingNorm": float(private.clipping_norm),
        }
        return {**told, "differentialPrivacy": numbers}
