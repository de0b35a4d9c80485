"""Bins as series."""

from __future__ import annotations

import random

import numpy as np
from prometheus_client.parser import text_string_to_metric_families

from modelbundle.prediction import Prediction
from modelbundle.reference_profile import NumberBins, Profile, TextBins
from modelbundle.rows import Rows
from modelbundle.signature import Feature, Kind, Signature, Task
from modelserver.telemetry.bin_lines import BinLines, bin_labels
from modelserver.telemetry.live_bins import LiveBins
from modelserver.telemetry.row_sampling import RowSampling

PROFILE = Profile(
    5,
    (
        NumberBins("size", (1.0, 2.5), (1, 1, 2), 1),
        TextBins('a "site"', ("left", "say \\ \n"), (2, 2, 0), 1),
    ),
    (TextBins("prediction", ("high", "low"), (2, 3, 0), 0),),
)
SIGNATURE = Signature(
    Task.CLASSIFICATION,
    ("high", "low"),
    (Feature("size", Kind.FLOAT), Feature('a "site"', Kind.CATEGORY)),
    probabilities=False,
)


def test_people_read_what_a_bin_holds() -> None:
    """Bounds of numbers, the texts themselves, and at last the missing."""
    numbers, texts = PROFILE.features
    assert [
        'bin="0",holds="(-inf, 1.0)"',
        'bin="1",holds="[1.0, 2.5)"',
        'bin="2",holds="[2.5, +inf)"',
        'bin="missing",holds="missing"',
    ] == bin_labels(numbers)
    assert 'bin="0",holds="left"' == bin_labels(texts)[0]
    assert 'bin="2",holds="all others"' == bin_labels(texts)[2]


def test_live_and_reference_are_two_rows_of_integers_under_the_same_labels() -> None:
    """In the order of the profile, whatever characters names and texts have."""
    live = LiveBins(PROFILE, SIGNATURE)
    sampling = RowSampling(live, 1000, random.Random(1).random)
    rows = Rows(
        np.array([[0.0], [1.0], [9.0]]), np.array([["left"], ["right"], [""]], dtype=object)
    )
    sampling(rows, Prediction(np.array(["low", "low", "high"], dtype=object), None), 0.0)
    text = "\n".join(BinLines(live, sampling).lines('revision="m-1"')) + "\n"
    families = {found.name: found.samples for found in text_string_to_metric_families(text)}

    def row(name: str, column: str) -> list[tuple[str, float]]:
        samples = families[name]
        return [
            (s.labels["bin"], s.value)
            for s in samples
            if column in (s.labels.get("feature"), s.labels.get("output"))
        ]

    expected = [("0", 1), ("1", 1), ("2", 1), ("missing", 0)]
    assert expected == row("trainyard_feature_bin", "size")
    expected = [("0", 1), ("1", 1), ("2", 2), ("missing", 1)]
    assert expected == row("trainyard_feature_bin_reference", "size")
    expected = [("0", 1), ("1", 0), ("2", 1), ("missing", 1)]
    assert expected == row("trainyard_feature_bin", 'a "site"')
    expected = [("0", 1), ("1", 2), ("2", 0), ("missing", 0)]
    assert expected == row("trainyard_prediction_bin", "prediction")
    for kind in ("feature", "prediction"):
        same = [
            [s.labels for s in families[f"trainyard_{kind}_bin{suffix}"]]
            for suffix in ("", "_reference")
        ]
        assert same[0] == same[1]
    assert families["trainyard_sampled_rows"][0].value == 3.0
    assert families["trainyard_sampled_share"][0].value == 1.0
    assert families["trainyard_features_not_counted"][0].value == 0.0
