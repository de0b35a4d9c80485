"""On what do all parties agree before the first round: columns, scales, texts, classes?

All of it follows from the statements, so every party makes the same unfitted model of it.
"""

from __future__ import annotations

import itertools
import json
import math
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from modelbundle.signature import Feature, Kind, Label
from trainer.federated.statement import Numbers, Statement


@dataclass(frozen=True, slots=True)
class Scale:
    """Mean and standard deviation over the rows of all parties."""

    mean: float
    deviation: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """What all parties build the model on."""

    features: tuple[Feature, ...]
    scales: dict[str, Scale]
    """By feature that is a number or a flag."""
    texts: dict[str, tuple[str, ...]]
    """By feature of texts: those that are kept apart, sorted."""
    labels: tuple[Label, ...]
    """All classes, sorted; of a regression none."""
    rows: int
    """Of all parties together."""

    def text(self) -> str:
        """As it travels: JSON."""
        return json.dumps(
            {
                "features": [[f.name, str(f.kind)] for f in self.features],
                "scales": {name: [s.mean, s.deviation] for name, s in self.scales.items()},
                "texts": self.texts,
                "labels": self.labels,
                "rows": self.rows,
            }
        )

    def typical_rows(self) -> tuple[pd.DataFrame, list[Label]]:
        """Made-up rows with the agreed means, deviations, texts and classes, in even number.

        What is fitted on them (scaling, imputing, encoding) is fitted as on the rows of all
        parties. The median of a column is then its mean.
        """
        most = max([2, len(self.labels), *(len(texts) for texts in self.texts.values())])
        count = most + most % 2
        columns = {f.name: self._typical(f, count) for f in self.features}
        labels = [*itertools.islice(itertools.cycle(self.labels), count)] if self.labels else []
        return pd.DataFrame(columns), labels

    def _typical(self, feature: Feature, count: int) -> pd.Series[Any]:
        if feature.kind is Kind.CATEGORY:
            texts = self.texts[feature.name] or ("",)
            return pd.Series([*itertools.islice(itertools.cycle(texts), count)], dtype=object)
        scale = self.scales[feature.name]
        if feature.kind is Kind.BOOLEAN:
            return pd.Series([float(scale.mean > 0.5)] * count)
        sides = itertools.cycle((scale.mean - scale.deviation, scale.mean + scale.deviation))
        return pd.Series([*itertools.islice(sides, count)])


def agreed(
    features: tuple[Feature, ...],
    statements: Sequence[Statement],
    max_categories: int,
    bounded: bool = False,
) -> Agreement:
    """What follows from the statements of all parties; at least one is given.

    `bounded`: one party that lies moves it no further than the honest ones are apart. Means,
    deviations and the number of rows are then medians over the parties.
    """
    numeric = [f.name for f in features if f.kind is not Kind.CATEGORY]
    scale = _middle if bounded else _scale
    rows = [s.rows for s in statements]
    return Agreement(
        features=features,
        scales={name: scale([s.numbers[name] for s in statements]) for name in numeric},
        texts={
            f.name: _kept([s.texts[f.name] for s in statements], max_categories)
            for f in features
            if f.kind is Kind.CATEGORY
        },
        labels=tuple(sorted({label for s in statements for label in s.labels})),
        rows=round(statistics.median(rows) * len(rows)) if bounded else sum(rows),
    )


def read_agreement(text: str) -> Agreement:
    """The agreement that the coordinator sent."""
    document = json.loads(text)
    return Agreement(
        features=tuple(Feature(name, Kind(kind)) for name, kind in document["features"]),
        scales={name: Scale(*scale) for name, scale in document["scales"].items()},
        texts={name: tuple(texts) for name, texts in document["texts"].items()},
        labels=tuple(document["labels"]),
        rows=document["rows"],
    )


def _scale(parts: Sequence[Numbers]) -> Scale:
    total = parts[0]
    for part in parts[1:]:
        total = total.with_others(part)
    return Scale(total.mean, math.sqrt(total.squares / total.count) if total.count else 0.0)


def _middle(parts: Sequence[Numbers]) -> Scale:
    each = [_scale([part]) for part in parts if part.count]
    if not each:
        return Scale(0.0, 0.0)
    return Scale(
        statistics.median(scale.mean for scale in each),
        statistics.median(scale.deviation for scale in each),
    )


def _kept(parts: Sequence[dict[str, int]], most: int) -> tuple[str, ...]:
    """The most frequent texts of all parties together; equal counts are settled by the text."""
    total: Counter[str] = Counter()
    for part in parts:
        total.update(part)
    ranked = sorted(total.items(), key=lambda item: (-item[1], item[0]))
    return tuple(sorted(text for text, _ in ranked[:most]))
