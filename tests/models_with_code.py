"""Models whose classes no library has: a pickle, and the module that it names in `code/`."""

from __future__ import annotations

import importlib
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import serving_bundles as bundles
from serving_bundles import Data, Sample
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from modelbundle.code_loading import make_importable, take_out
from modelbundle.packing import pack

EXAMPLE = Path(__file__).parents[1] / "examples" / "own-container" / "own-code" / "rare_rows.py"
ALWAYS = '''
"""Says the same class always: which one, a file beside it says."""

from pathlib import Path

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin

WHICH = int((Path(__file__).parent / "which.txt").read_text())


class Always(ClassifierMixin, BaseEstimator):
    def fit(self, table, target):
        self.classes_ = np.unique(target)
        self.feature_names_in_ = np.array(table.columns, dtype=object)
        return self

    def predict(self, table):
        assert list(self.feature_names_in_) == list(table.columns)
        return np.repeat(self.classes_[WHICH : WHICH + 1], len(table))
'''


def write_code(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """The folder `code` holds these files and no other."""
    shutil.rmtree(folder / "code", ignore_errors=True)
    (folder / "code").mkdir(parents=True)
    for path, content in files.items():
        place = folder / "code" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode())


@contextmanager
def imported(folder: Path, module: str) -> Iterator[Any]:
    """The module of a folder; afterwards nobody in this process finds it."""
    assert "" == make_importable(folder, [module])
    try:
        yield importlib.import_module(module)
    finally:
        take_out()


def leave_always(folder: Path, table: Any, target: Any, which: int) -> None:
    """What training leaves: a model that says the class of this position, and its code."""
    write_code(folder, {"always.py": ALWAYS, "which.txt": str(which)})
    with imported(folder / "code", "always") as always:
        joblib.dump(always.Always().fit(table, np.asarray(target)), folder / "model.joblib")


def packed_with_code(directory: Path, data: Data) -> Sample:
    """A bundle with the transformer of the example, its file beside it."""
    with imported(EXAMPLE.parent, "rare_rows") as module:
        model = make_pipeline(module.RareRows(), LogisticRegression(max_iter=1000))
        sample = bundles.packed(directory, model, data, ("joblib",))
    write_code(directory, {EXAMPLE.name: EXAMPLE.read_text(encoding="utf-8")})
    origin = replace(bundles.ORIGIN, trust="Pickle")
    return replace(sample, digest=pack(directory, sample.signature, origin))
