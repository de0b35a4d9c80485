"""Live values in the bins of a profile."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import serving_bundles as bundles
from serving_bundles import Sample

from modelbundle.prediction import Prediction
from modelbundle.reference_profile import Bins, NumberBins, Profile, TextBins, profile_of
from modelbundle.rows import Rows
from modelbundle.signature import Feature, Kind, Signature, Task
from modelserver.telemetry.live_bins import MAX_BINS, LiveBins


def _counts(bins: tuple[Bins, ...]) -> list[list[int]]:
    return [[*each.counts, each.missing] for each in bins]


def _signature(*features: Feature, targets: tuple[str, ...] = ()) -> Signature:
    return Signature(Task.REGRESSION, (), features, probabilities=False, targets=targets)


def _add(live: LiveBins, rows: Rows, said: Prediction) -> None:
    live.add(rows, said, 0, len(rows))


@pytest.mark.parametrize("step", [1, 7, 400])
def test_training_rows_give_the_reference(patients_sample: Sample, step: int) -> None:
    """Numbers, booleans, texts and labels, some missing, however the rows arrive."""
    sample = patients_sample
    labels = sample.model.predict(sample.table)
    said = Prediction(np.asarray(labels, dtype=object), None)
    profile = profile_of(sample.rows, said, sample.signature)
    live = LiveBins(profile, sample.signature)
    for start in range(0, len(sample.rows), step):
        stop = min(len(sample.rows), start + step)
        _add(live, sample.rows.part(start, stop), said.part(start, stop))
    assert _counts(profile.features) == live.feature_counts()
    assert _counts(profile.predictions) == live.prediction_counts()
    assert live.rows == len(sample.rows)


def test_only_the_rows_named_are_counted(patients_sample: Sample) -> None:
    """Every third row of a batch, and some in a row, give what those rows give alone."""
    sample = patients_sample
    said = Prediction(np.asarray(sample.model.predict(sample.table), dtype=object), None)
    profile = profile_of(sample.rows, said, sample.signature)
    some, alone = LiveBins(profile, sample.signature), LiveBins(profile, sample.signature)
    chosen = [(place, place + 1) for place in range(1, 90, 3)] + [(90, 97)]
    for start, stop in chosen:
        some.add(sample.rows, said, start, stop)
        _add(alone, sample.rows.part(start, stop), said.part(start, stop))
    assert alone.feature_counts() == some.feature_counts()
    assert alone.prediction_counts() == some.prediction_counts()
    assert some.rows == 37


@pytest.mark.parametrize("targets", [(), ("one", "two", "three")])
def test_predicted_numbers_have_bins(targets: tuple[str, ...]) -> None:
    """One number per row, or several; more rows than wait in the table at once."""
    random = np.random.default_rng(3)
    numbers = random.normal(size=(9000, 2))
    signature = _signature(*bundles.floats(["a", "b"]), targets=targets)
    values = random.normal(size=(9000, len(targets)) if targets else 9000)
    rows, said = Rows(numbers, np.empty((9000, 0), dtype=object)), Prediction(values, None)
    profile = profile_of(rows, said, signature)
    live = LiveBins(profile, signature)
    _add(live, rows, said)
    assert _counts(profile.features) == live.feature_counts()
    assert _counts(profile.predictions) == live.prediction_counts()


def test_a_value_on_an_edge_is_above_it() -> None:
    """As in the profile: e <= x. Values never seen are others, "" and NaN are missing."""
    features = (Feature("size", Kind.FLOAT), Feature("site", Kind.CATEGORY))
    profile = Profile(
        3,
        (NumberBins("size", (1.0, 2.0), (1, 1, 1), 0), TextBins("site", ("x",), (3, 0), 0)),
        (NumberBins("prediction", (), (3,), 0),),
    )
    live = LiveBins(profile, _signature(*features))
    sizes = np.array([[0.5], [1.0], [2.0], [np.nan]])
    sites = np.array([["x"], ["y"], [""], ["x"]], dtype=object)
    _add(live, Rows(sizes, sites), Prediction(np.zeros(4), None))
    assert [[1, 1, 1, 1], [2, 1, 1]] == live.feature_counts()
    assert [[4, 0]] == live.prediction_counts()


def test_what_is_infinite_is_missing_as_in_the_profile() -> None:
    """Feature and prediction alike, so that it is no value beyond the range."""
    signature = _signature(*bundles.floats(["a"]), targets=())
    values = np.array([1.0, 2.0, np.inf, -np.inf, np.nan])
    rows, said = Rows(values[:, None], np.empty((5, 0), dtype=object)), Prediction(values, None)
    profile = profile_of(rows, said, signature)
    live = LiveBins(profile, signature)
    _add(live, rows, said)
    assert [[0, 1, 1, 0, 3]] == live.feature_counts() == _counts(profile.features)
    assert [[0, 1, 1, 0, 3]] == live.prediction_counts() == _counts(profile.predictions)


def test_labels_that_are_numbers_count_under_their_text() -> None:
    """0, 1 and 2 of the iris; a label that the profile does not know is among the others."""
    features = bundles.floats(["a"])
    signature = Signature(Task.CLASSIFICATION, (0, 1), features, probabilities=False)
    profile = Profile(
        2,
        (NumberBins("a", (), (2,), 0),),
        (TextBins("prediction", ("0", "1"), (1, 1, 0), 0),),
    )
    live = LiveBins(profile, signature)
    rows = Rows(np.zeros((4, 1)), np.empty((4, 0), dtype=object))
    _add(live, rows, Prediction(np.array([0, 1, 1, 7]), None))
    assert [[1, 2, 1, 0]] == live.prediction_counts()


@pytest.mark.parametrize("step", [1, 3, 8])
def test_labels_of_several_targets_count_apart(step: int) -> None:
    """The same text may be a class of two targets."""
    features = bundles.floats(["a"])
    classes = ("no", "yes", "maybe", "no", "yes")
    signature = Signature(Task.CLASSIFICATION, classes, features, False, ("y", "z"), (2, 3))
    labels = np.array([["no", "yes"], ["yes", "maybe"], ["no", "maybe"], ["no", "no"]] * 2)
    said = Prediction(labels.astype(object), None)
    rows = Rows(np.zeros((8, 1)), np.empty((8, 0), dtype=object))
    profile = profile_of(rows, said, signature)
    expected = (
        TextBins("y", ("no", "yes"), (6, 2, 0), 0),
        TextBins("z", ("maybe", "no", "yes"), (4, 2, 2, 0), 0),
    )
    assert expected == profile.predictions
    live = LiveBins(profile, signature)
    for start in range(0, 8, step):
        live.add(rows, said, start, min(8, start + step))
    assert _counts(profile.predictions) == live.prediction_counts()


def test_very_wide_rows_are_cut() -> None:
    """A thousand features of ten bins each: as many as fit are counted, in order."""
    features = bundles.floats([f"f{n}" for n in range(1000)])
    edges = tuple(float(n) for n in range(9))
    columns = tuple(NumberBins(f.name, edges, (0,) * 10, 0) for f in features)
    profile = Profile(0, columns, (NumberBins("prediction", (), (0,), 0),))
    live = LiveBins(profile, _signature(*features))
    rows = Rows(np.tile(np.arange(1000.0), (3, 1)), np.empty((3, 0), dtype=object))
    _add(live, rows, Prediction(np.zeros(3), None))
    counted = live.feature_counts()
    assert len(counted) == MAX_BINS // 11
    assert [3, 0] == [counted[0][1], counted[0][0]]
    assert counted[20][9] == 3


def test_a_profile_of_another_model_is_refused(patients_sample: Sample) -> None:
    """Other features, or another kind of prediction."""
    sample = patients_sample
    said = Prediction(np.array(["high"] * len(sample.rows), dtype=object), None)
    profile = profile_of(sample.rows, said, sample.signature)
    with pytest.raises(ValueError, match="features of the profile"):
        LiveBins(replace(profile, features=profile.features[1:]), sample.signature)
    numbers = (NumberBins("prediction", (), (0,), 0),)
    with pytest.raises(ValueError, match="predictions of the profile"):
        LiveBins(replace(profile, predictions=profile.predictions * 2), sample.signature)
    with pytest.raises(ValueError, match="predictions of the profile"):
        LiveBins(replace(profile, predictions=numbers), sample.signature)
