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
        mode = self.estimator.preprocessing.mode
        words: Any = None if mode == "Auto" else mode
        if len(self._preprocessing()) > 1:
            words = self._preprocessing()
        return {
            "estimator": {
                "class": self.estimator.class_,
                "parameters": dict(self.estimator.parameters) or None,
                "preprocessing": words,
                **self._deciding(),
            }
        }

    def description(self) -> str:
        """Return class and parameters."""
        parameters = json.dumps(self.estimator.parameters, sort_keys=True)
        text = f"{self.estimator.class_} {parameters}"
        for name, words in self._deciding().items():
            text += f", {name} {' '.join(str(value) for value in words.values())}"
        mode = self.estimator.preprocessing.mode
        if self.estimator.preprocessing.max_categories != _USUAL.max_categories:
            text += f", at most {self.estimator.preprocessing.max_categories} categories"
        steps = [step.class_.rsplit(".", 1)[-1] for step in self.estimator.preprocessing.steps]
        told = f"{mode} {', '.join(steps)}" if steps else mode
        return text if mode == "Auto" else f"{text}, preprocessing {told}"

    def document(self) -> dict[str, Any]:
        """Return it as the task of the pod words it."""
        return {
            "estimator": {
                "class": self.estimator.class_,
                "parameters": self.estimator.parameters,
                "preprocessing": self._preprocessing(),
                **self._deciding(),
            }
        }

    def _deciding(self) -> dict[str, Any]:
        given = {"calibration": self.estimator.calibration, "threshold": self.estimator.threshold}
        return {name: part.to_api() for name, part in given.items() if part is not None}

    def _preprocessing(self) -> dict[str, Any]:
        given = self.estimator.preprocessing
        words: dict[str, Any] = {"mode": given.mode}
        if given.max_categories != _USUAL.max_categories:
            words["maxCategories"] = given.max_categories
        if given.steps:
            words["steps"] = [
                {"class": s.class_, "parameters": s.parameters, "columns": list(s.columns)}
                for s in given.steps
            ]
        return words

    def training(self, document: Document) -> Training:
        """Return the pod's work: the built-in trainer fits it."""
        return Training(document)
