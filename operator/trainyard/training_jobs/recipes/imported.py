"""A recipe that imports a model which was trained elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from trainyard.api.sources import Source
from trainyard.api.v1alpha1.recipe import ModelImport
from trainyard.api.v1alpha1.training_job import TrainingJobSpec
from trainyard.jobs.job_manifest import Document
from trainyard.jobs.source_access import source_access
from trainyard.jobs.training_pod import Training


@dataclass(frozen=True, slots=True)
class ImportRecipe:
    """A file, its format, its digest."""

    imported: ModelImport

    def identity(self) -> dict[str, Any]:
        """Return what makes it another recipe: where the file lies does not count."""
        return {"import": {"format": self.imported.format, "digest": self.imported.digest}}

    def description(self) -> str:
        """Return format and digest of the file."""
        return f"{self.imported.format} file {self.imported.digest}"

    def document(self) -> dict[str, Any]:
        """Return it as the task of the pod words it."""
        source = source_access(self.imported.source).document
        return {"import": {"source": source, **self.identity()["import"]}}

    def training(self, document: Document) -> Training:
        """Return the pod's work: it fetches the file and trains nothing."""
        return Training(document, train=False, source=self.imported.source)


def imported_from(spec: TrainingJobSpec) -> Source | None:
    """Return where the imported model lies; None: the recipe imports none."""
    return spec.import_.source if spec.import_ is not None else None
