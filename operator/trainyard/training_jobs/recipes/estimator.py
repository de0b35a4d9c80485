"""A recipe that names an estimator, which the built-in image trains."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from trainyard.api.v1alpha1.recipe import Estimator, Preprocessing
from trainyard.jobs.job_manifest import Document
from trainyard.jobs.training_pod import Training

_USUAL = Preprocessing()


@dataclass(frozen=True, slots=True)
class EstimatorRecipe:
    """Class, parameters, preprocessing."""

    estimator: Estimator

    def identity(self) -> dict[str, Any]:
        """Return what makes it another recipe; defaults are left out."""
        preprocessing = self.estimator.preprocessing
        mode = preprocessing.mode
        words: Any = None if mode == "Auto" else mode
        if preprocessing.max_categories != _USUAL.max_categories:
            words = self._preprocessing()
        return {
            "estimator": {
                "class": self.estimator.class_,
                "parameters": dict(self.estimator.parameters) or None,
                "preprocessing": words,
            }
        }

    def description(self) -> str:
        """Return class and parameters."""
        parameters = json.dumps(self.estimator.parameters, sort_keys=True)
        text = f"{self.estimator.class_} {parameters}"
        mode = self.estimator.preprocessing.mode
        if self.estimator.preprocessing.max_categories != _USUAL.max_categories:
            text += f", at most {self.estimator.preprocessing.max_categories} categories"
        return text if mode == "Auto" else f"{text}, preprocessing {mode}"

    def document(self) -> dict[str, Any]:
        """Return it as the task of the pod words it."""
        return {
            "estimator": {
                "class": self.estimator.class_,
                "parameters": self.estimator.parameters,
                "preprocessing": self._preprocessing(),
            }
        }

    def _preprocessing(self) -> dict[str, Any]:
        given = self.estimator.preprocessing
        if given.max_categories == _USUAL.max_categories:
            return {"mode": given.mode}
        return {"mode": given.mode, "maxCategories": given.max_categories}

    def training(self, document: Document) -> Training:
        """Return the pod's work: the built-in trainer fits it."""
        return Training(document)
