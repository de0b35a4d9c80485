"""What did the data look like that the model was trained on? Fixed bins and their counts.

`profile.json`: {"version":1,"rows":n,"features":[bins…],"prediction":bins}. Bins of numbers:
{"name","kind":"Numbers","edges":[e1<…<em],"counts":[m+1],"missing":k}; value x is in bin i when
e_i <= x < e_(i+1); the first and the last bin are beyond all values of the rows. Bins of texts:
{"name","kind":"Texts","values":[…],"counts":[one per value, then all others],"missing":k}. Where a
model has several targets, `prediction` is a list of bins, named by the targets. Features are those
of the rows it was fitted on, predictions those for rows it was tested on: each has a sum of its
own. The same bins are counted live, so that drift is a comparison of two rows of integers.
"""

from __future__ import annotations

import json
import math
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from modelbundle.canonical import canonical_json
from modelbundle.faults import BundleUnreadable
from modelbundle.manifest import PROFILE_NAME
from modelbundle.prediction import Prediction
from modelbundle.rows import Numbers, Rows
from modelbundle.signature import Label, Signature, Task

VERSION = 1
NUMBER_BINS = 10
HEAVY_SHARE = 0.5 / NUMBER_BINS
MAX_TEXTS = 50
PREDICTION_NAME = "prediction"


@dataclass(frozen=True, slots=True)
class NumberBins:
    """Counts of numbers between fixed edges; `counts` has one more entry than `edges`."""

    name: str
    edges: tuple[float, ...]
    counts: tuple[int, ...]
    missing: int

    def document(self) -> dict[str, Any]:
        """The JSON value of these bins."""
        return {
            "name": self.name,
            "kind": "Numbers",
            "edges": list(self.edges),
            "counts": list(self.counts),
            "missing": self.missing,
        }


@dataclass(frozen=True, slots=True)
class TextBins:
    """Counts of fixed texts; the last entry of `counts` is all other texts."""

    name: str
    values: tuple[str, ...]
    counts: tuple[int, ...]
    missing: int

    def document(self) -> dict[str, Any]:
        """The JSON value of these bins."""
        return {
            "name": self.name,
            "kind": "Texts",
            "values": list(self.values),
            "counts": list(self.counts),
            "missing": self.missing,
        }


Bins = NumberBins | TextBins


@dataclass(frozen=True, slots=True)
class Profile:
    """The reference for drift: bins per feature, in their order, and per predicted target."""

    rows: int
    features: tuple[Bins, ...]
    predictions: tuple[Bins, ...]

    def content(self) -> bytes:
        """The canonical bytes of `profile.json`."""
        answers = [bins.document() for bins in self.predictions]
        return canonical_json(
            {
                "version": VERSION,
                "rows": self.rows,
                "features": [bins.document() for bins in self.features],
                "prediction": answers if len(answers) > 1 else answers[0],
            }
        )


def profile_of(rows: Rows, predicted: Prediction, signature: Signature) -> Profile:
    """The profile of these rows (the training part) and of predictions, for these or other rows."""
    bins: list[Bins] = []
    number = text = 0
    for feature in signature.features:
        if feature.numeric:
            bins.append(number_bins(feature.name, rows.numbers[:, number]))
            number += 1
        else:
            bins.append(text_bins(feature.name, rows.texts[:, text].tolist()))
            text += 1
    return Profile(len(rows), tuple(bins), _predictions(predicted, signature))


def _predictions(predicted: Prediction, signature: Signature) -> tuple[Bins, ...]:
    names = signature.targets or (PREDICTION_NAME,)
    columns = predicted.values.reshape(-1, len(names)).T
    if signature.task is Task.REGRESSION:
        return tuple(number_bins(name, column) for name, column in zip(names, columns, strict=True))
    classes = signature.classes_by_target
    return tuple(_label_bins(*of) for of in zip(names, classes, columns, strict=True))


def _label_bins(name: str, classes: Sequence[Label], column: npt.NDArray[Any]) -> TextBins:
    labels = tuple(str(label) for label in classes)
    counted = Counter(str(label) for label in column.tolist())
    return TextBins(name, labels, (*(counted[label] for label in labels), 0), 0)


def number_bins(name: str, values: npt.NDArray[Any]) -> NumberBins:
    """Deciles of the values as edges, and the counts between them.

    A value that is heavier than half a decile, such as a flag or many zeros, has a bin of its own,
    else a change of its share could not be seen. The first and the last bin are beyond all values.
    """
    numbers: Numbers = np.asarray(values, dtype=np.float64)
    present = numbers[np.isfinite(numbers)]
    edges = _edges(present) if len(present) else ()
    counts = np.bincount(np.searchsorted(edges, present, side="right"), minlength=len(edges) + 1)
    return NumberBins(
        name, edges, tuple(int(count) for count in counts), int(len(numbers) - len(present))
    )


def _edges(present: Numbers) -> tuple[float, ...]:
    distinct, counts = np.unique(present, return_counts=True)
    heavy = counts >= len(present) * HEAVY_SHARE
    around = _midway(distinct)[heavy[:-1] | heavy[1:]]
    quantiles = np.arange(1, NUMBER_BINS) / NUMBER_BINS
    deciles = np.quantile(present, quantiles, method="inverted_cdf")
    wanted = (deciles > distinct[0]) & ~np.isin(deciles, distinct[heavy])
    inside = np.union1d(around, deciles[wanted])
    filled = inside[np.diff(np.searchsorted(distinct, inside), prepend=0) > 0]
    low, high = _ends(distinct)
    return (low, *(float(edge) for edge in filled), high)


def _midway(distinct: Numbers) -> Numbers:
    """Edges between neighbours: a value that comes as a shorter float is still in its own bin."""
    low, high = distinct[:-1], distinct[1:]
    middle = low / 2 + high / 2
    return np.where(middle > low, middle, high)


def _ends(distinct: Numbers) -> tuple[float, float]:
    """Edges beyond which no value was, half a step away from the outermost ones."""
    least, most = float(distinct[0]), float(distinct[-1])
    if len(distinct) > 1:
        below, above = float(distinct[1]) / 2 - least / 2, most / 2 - float(distinct[-2]) / 2
    else:
        below = above = max(abs(least), 1.0) * 1e-6
    largest = sys.float_info.max
    high = max(most + above, math.nextafter(most, math.inf))
    return max(least - below, -largest), min(high, largest)


def text_bins(name: str, values: Sequence[str]) -> TextBins:
    """The 50 most frequent texts (ties by text), sorted, with counts; "" counts as missing."""
    counted = Counter(values)
    missing = counted.pop("", 0)
    frequent = sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:MAX_TEXTS]
    kept = sorted(frequent)
    others = sum(counted.values()) - sum(count for _, count in kept)
    return TextBins(
        name,
        tuple(value for value, _ in kept),
        (*(count for _, count in kept), others),
        missing,
    )


def read_profile(directory: Path) -> Profile:
    """The profile of a bundle. Raises BundleUnreadable."""
    try:
        document = json.loads((directory / PROFILE_NAME).read_bytes())
        if document["version"] != VERSION:
            raise BundleUnreadable(f"{PROFILE_NAME}: version {document['version']!r}, expected 1")
        answers = document["prediction"]
        return Profile(
            int(document["rows"]),
            tuple(_bins(item) for item in document["features"]),
            tuple(_bins(item) for item in (answers if isinstance(answers, list) else [answers])),
        )
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise BundleUnreadable(f"{PROFILE_NAME} is not a profile: {fault!r}") from fault


def _bins(item: dict[str, Any]) -> Bins:
    counts = tuple(int(count) for count in item["counts"])
    if item["kind"] == "Numbers":
        edges = tuple(float(edge) for edge in item["edges"])
        return NumberBins(item["name"], edges, counts, int(item["missing"]))
    values = tuple(str(value) for value in item["values"])
    return TextBins(item["name"], values, counts, int(item["missing"]))
