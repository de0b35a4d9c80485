"""A recipe that imports a model which was trained elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from trainyard.api.sources import Source
from trainyard.api.v1alpha1.recipe import ModelImport
from trainyard.api.v1alpha1.training_job import TrainingJobSpec
from trainyard.jobs.job_manifest import Document
from trainyard.jobs.source_access import source_access
from trainyard.jobs.training_pod import Training

_ENDINGS = {".onnx": "Onnx", ".skops": "Skops", ".joblib": "Joblib", ".zip": "Joblib"}
"""A .zip holds model.joblib and, in code/, modules that it imports."""


@dataclass(frozen=True, slots=True)
class ImportRecipe:
    """A file, its format, its digest."""

    imported: ModelImport

    def identity(self) -> dict[str, Any]:
        """Return what makes it another recipe: where the file lies does not count."""
        return {"import": {"format": format_of(self.imported), "digest": self.imported.digest}}

    def description(self) -> str:
        """Return format and digest of the file."""
        return f"{format_of(self.imported)} file {self.imported.digest}"

    def document(self) -> dict[str, Any]:
        """Return it as the task of the pod words it."""
        source = source_access(self.imported.source).document
        return {"import": {"source": source, **self.identity()["import"]}}

    def training(self, document: Document) -> Training:
        """Return the pod's work: it fetches the file and trains nothing."""
        return Training(document, train=False, source=self.imported.source)


def format_of(imported: ModelImport) -> str:
    """Return what the file is, as it is said or as its name ends; "" where neither tells."""
    if imported.format is not None:
        return imported.format
    source = imported.source
    places = (source.config_map, source.pvc, source.s3)
    path = next((place.path for place in places if place is not None), "")
    if source.http is not None:
        path = urlsplit(source.http.url).path
    return _ENDINGS.get(PurePosixPath(path).suffix, "")


def imported_from(spec: TrainingJobSpec) -> Source | None:
    """Return where the imported model lies; None: the recipe imports none."""
    return spec.import_.source if spec.import_ is not None else None
