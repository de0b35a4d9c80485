"""How bundles answer the questions: champion and evaluated candidate."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
import training_pod
from training_pod import Pod, estimator, store_dataset, train_task

from modelbundle.signature import Feature, Kind, Signature, Task
from trainer.models.candidates import Candidate
from trainer.models.stored_models import load_bundle, load_champion, load_evaluated
from trainer.pod.exits import UserFault
from trainer.pod.libraries import library_versions

FEATURES = tuple(
    Feature(name, Kind.FLOAT)
    for name in training_pod.diabetes().frame.columns
    if name != "progression"
)
NUMBERS = Signature(Task.REGRESSION, (), FEATURES, False)


@dataclass(frozen=True, slots=True)
class Published:
    """A bundle in a folder."""

    folder: Path
    digest: str


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """A regressor of diabetes, published once for all tests."""
    pod = Pod(tmp_path_factory.mktemp("pod"))
    digest = store_dataset(pod.store, training_pod.diabetes())
    ended = pod.run_all(train_task(digest, "progression", estimator("linear_model.Ridge")))
    bundle = ended.document["bundle"]
    return Published(pod.bundle(bundle), bundle)


def test_load_bundle_of_this_version(published: Published) -> None:
    """The estimator itself answers where this scikit-learn wrote it."""
    assert "model.skops" == load_bundle(published.folder, published.digest).path.name


@pytest.mark.parametrize("library", ["scikit-learn", "lightgbm", "xgboost-cpu"])
def test_load_bundle_of_another_version(
    published: Published, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an upgrade of a library the ONNX model answers, which means the same for ever."""
    upgraded = {**library_versions(), library: "99.0"}
    monkeypatch.setattr("trainer.models.stored_models.library_versions", lambda: upgraded)
    assert "model.onnx" == load_bundle(published.folder, published.digest).path.name


def test_champion(published: Published) -> None:
    """A champion of the same task and features is ready to be asked."""
    found = load_champion(published.folder, published.digest, NUMBERS, FEATURES)
    assert isinstance(found, Candidate)


def test_champion_with_more_columns_in_the_data(published: Published) -> None:
    """A new column in the dataset does not disqualify the champion, nor does their order."""
    features = (Feature("new", Kind.CATEGORY), *reversed(FEATURES))
    found = load_champion(published.folder, published.digest, NUMBERS, features)
    assert isinstance(found, Candidate)


@pytest.mark.parametrize(
    ("like", "features", "words"),
    [
        pytest.param(
            Signature(Task.CLASSIFICATION, ("a", "b"), FEATURES, False),
            FEATURES,
            "the champion is a Regression",
            id="another task",
        ),
        pytest.param(
            Signature(Task.REGRESSION, (), FEATURES, False, ("progression", "bmi")),
            FEATURES,
            "the champion predicts one target, the candidate progression and bmi",
            id="other targets",
        ),
        pytest.param(NUMBERS, FEATURES[1:], "needs the feature age", id="a feature that is gone"),
        pytest.param(
            NUMBERS,
            (Feature("age", Kind.CATEGORY), *FEATURES[1:]),
            "needs age as Float, but the dataset has Category",
            id="a feature of another kind",
        ),
    ],
)
def test_champion_that_does_not_fit(
    published: Published, like: Signature, features: tuple[Feature, ...], words: str
) -> None:
    """Why the champion cannot be compared is said, not raised."""
    found = load_champion(published.folder, published.digest, like, features)
    assert isinstance(found, str)
    assert words in found


def test_champion_that_fetch_did_not_get(tmp_path: Path, published: Published) -> None:
    """What fetch noted is passed on."""
    (tmp_path / "fault.json").write_text('{"error": "gone"}')
    assert "gone" == load_champion(tmp_path, published.digest, NUMBERS, FEATURES)


def test_evaluated(published: Published) -> None:
    """A bundle to evaluate is ready to be asked."""
    candidate = load_evaluated(published.folder, published.digest, FEATURES)
    assert Task.REGRESSION == candidate.signature.task


def test_evaluated_that_does_not_fit(published: Published) -> None:
    """A bundle that needs other features ends the evaluation with a sentence."""
    with pytest.raises(UserFault) as caught:
        load_evaluated(published.folder, published.digest, FEATURES[1:])
    assert "cannot be evaluated: it needs the feature age" in caught.value.message
