"""How does a model that was trained elsewhere get into the output folder?"""

from __future__ import annotations

import hashlib
from pathlib import Path

from modelbundle.manifest import FORMAT_FILES, TRUST_PICKLE
from modelbundle.store import Store
from trainer.pod.environment import Environment
from trainer.pod.exits import Reason, UserFault
from trainer.recipes.unpacking import is_archive, unpack
from trainer.sources.buckets import open_bucket
from trainer.sources.listing import files_of
from trainer.sources.source_file import SourceFile
from trainer.tasks.train_task import Import, Recipe


def fetch_import(recipe: Recipe, wanted: Import, store: Store, environment: Environment) -> None:
    """The output folder holds the model under the name of its format; its digest is the declared.

    Of an archive with a pickle and code of its own it holds both. Raises UserFault: ModelNotTrusted
    (a pickle without trust), SourceNotFound, SourceInvalid (several files), DigestMismatch,
    CodeInvalid.
    """
    if wanted.format == "Joblib" and recipe.trust != TRUST_PICKLE:
        raise UserFault(
            Reason.MODEL_NOT_TRUSTED,
            "the import is a Joblib file, which runs code when it is loaded; say trust: Pickle, or"
            " import Skops or Onnx",
        )
    files = files_of(
        wanted.source, lambda: store, lambda source: open_bucket(source, environment.variables)
    )
    if len(files) != 1:
        names = ", ".join(file.name for file in files[:3])
        raise UserFault(
            Reason.SOURCE_INVALID,
            f"the import means {len(files)} files ({names}); a model is one file: name it in path",
        )
    environment.output.mkdir(parents=True, exist_ok=True)
    model = environment.output / FORMAT_FILES[wanted.format.lower()]
    _copy(files[0], model, wanted.digest)
    if wanted.format == "Joblib" and is_archive(model):
        archive = model.rename(environment.output / "archive")
        unpack(archive, environment.output)
        archive.unlink()


def _copy(file: SourceFile, destination: Path, digest: str) -> None:
    hasher = hashlib.sha256()
    with destination.open("wb") as target:
        for chunk in file.open().chunks:
            hasher.update(chunk)
            target.write(chunk)
    found = f"sha256:{hasher.hexdigest()}"
    if found != digest:
        destination.unlink()
        raise UserFault(
            Reason.DIGEST_MISMATCH,
            f"import {file.name}: the digest is {found}, declared is {digest}. Declare the digest"
            " of this file if it is the one you want, or put the declared one back",
        )
