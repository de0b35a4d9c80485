"""Texts that no training row had."""

from __future__ import annotations

import numpy as np

from modelbundle.reference_profile import Profile, TextBins
from modelbundle.rows import Rows
from modelbundle.signature import Feature, Kind, Signature, Task
from modelserver.telemetry.unseen_texts import UnseenTexts

FEATURES = (
    Feature("a", Kind.FLOAT),
    Feature("größe", Kind.CATEGORY, accepts_missing=True),
    Feature("shop", Kind.CATEGORY),
)
SIGNATURE = Signature(Task.REGRESSION, (), FEATURES, probabilities=False)
PROFILE = Profile(
    9,
    (TextBins("größe", ("L", "S"), (4, 5, 0), 0), TextBins("shop", ("x",), (4, 5), 0)),
    (),
)


def _rows(*texts: tuple[str, str]) -> Rows:
    return Rows(np.zeros((len(texts), 1)), np.array(texts, dtype=object))


def test_features_with_unseen_texts_are_named_and_counted() -> None:
    """Only where the profile lists all texts; a missing one is known."""
    unseen = UnseenTexts(PROFILE, SIGNATURE)
    assert () == unseen.headers(_rows(("L", "y"), ("", "z")))
    found = unseen.headers(_rows(("L", "y"), ("XL", "z"), ("M", "x")))
    assert (("trainyard-unseen-texts", "gr%C3%B6%C3%9Fe"),) == found
    assert {"größe": 2} == unseen.counts
    assert 'trainyard_unseen_texts_total{revision="r",feature="größe"} 2' in unseen.lines(
        'revision="r"'
    )


def test_a_model_without_such_features_has_no_series() -> None:
    """Nothing can be said of texts that the profile does not list."""
    profile = Profile(9, PROFILE.features[1:], ())
    unseen = UnseenTexts(profile, SIGNATURE)
    assert [] == unseen.lines("")
    assert () == unseen.headers(_rows(("XL", "z")))
