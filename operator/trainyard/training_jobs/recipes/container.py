"""A recipe that names a container of the user's, which trains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from trainyard.api.v1alpha1.recipe import TrainingContainer
from trainyard.jobs.job_manifest import Document
from trainyard.jobs.training_pod import Training


@dataclass(frozen=True, slots=True)
class ContainerRecipe:
    """Image, command, arguments, variables."""

    container: TrainingContainer

    def identity(self) -> dict[str, Any]:
        """Return what makes it another recipe; defaults are left out."""
        env = [[v.name, v.value] for v in self.container.env] or None
        return {"container": {**self._command(), "env": env}}

    def description(self) -> str:
        """Return the image as it is written."""
        return self.container.image

    def document(self) -> dict[str, Any]:
        """Return it as the task of the pod words it."""
        env = [variable.to_api() for variable in self.container.env]
        return {"container": {**self._command(), "env": env}}

    def training(self, document: Document) -> Training:
        """Return the pod's work: the user's container trains."""
        return Training(document, container=self.container)

    def _command(self) -> dict[str, Any]:
        return {
            "image": self.container.image,
            "command": list(self.container.command) or None,
            "args": list(self.container.args) or None,
        }
