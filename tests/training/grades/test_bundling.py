"""How what training and predicting left behind becomes a bundle."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
import training_pod
from training_pod import NO_DIGEST, RECIPE_DIGEST, Pod, estimator, store_dataset, train_task

from modelbundle.manifest import Origin
from modelbundle.packing import verify
from modelbundle.store import open_store
from trainer.grades.bundling import Ingredients, assemble, publish_bundle, read_runtimes
from trainer.models.signatures import read_signature
from trainer.pod.exits import Reason, UserFault


@dataclass(frozen=True, slots=True)
class Kitchen:
    """A pod after `predict`, and an empty folder for the bundle."""

    pod: Pod
    folder: Path

    def ingredients(self, trust: str | None = None) -> Ingredients:
        """What `publish` would assemble."""
        output, predictions = self.pod.mount / "output", self.pod.mount / "predictions"
        signature = read_signature(predictions / "model.json")
        origin = Origin("progression", NO_DIGEST, RECIPE_DIGEST, (("python", "3"),), trust)
        return Ingredients(output, predictions, signature, origin)


@pytest.fixture
def kitchen(tmp_path: Path) -> Kitchen:
    """A linear model of diabetes after `predict`."""
    pod = Pod(tmp_path / "pod")
    digest = store_dataset(pod.store, training_pod.diabetes())
    task = train_task(digest, "progression", estimator("linear_model.Ridge"))
    assert 0 == pod.run_all(task, ("fetch", "train", "predict")).code
    (tmp_path / "bundle").mkdir()
    return Kitchen(pod, tmp_path / "bundle")


def test_assemble(kitchen: Kitchen) -> None:
    """The bundle holds both models, profile and example, and verifies under its digest."""
    digest = assemble(kitchen.ingredients(), kitchen.folder)
    manifest = verify(kitchen.folder, digest)
    expected = ["example.json", "model.onnx", "model.skops", "profile.json"]
    assert expected == [file.path for file in manifest.files]
    assert ("onnx", "skops") == manifest.formats


def test_without_conversion(kitchen: Kitchen) -> None:
    """A model that did not convert is packed alone."""
    (kitchen.pod.mount / "predictions" / "model.onnx").unlink()
    digest = assemble(kitchen.ingredients(), kitchen.folder)
    assert ("skops",) == verify(kitchen.folder, digest).formats


@pytest.mark.parametrize(
    "place", ["output/model.skops", "predictions/model.onnx", "predictions/profile.json"]
)
def test_links_are_not_followed(kitchen: Kitchen, place: str) -> None:
    """User code cannot make publish pack a file that only publish may read."""
    secret = kitchen.pod.root / "credentials"
    secret.write_text("key")
    path = kitchen.pod.mount / place
    path.unlink()
    path.symlink_to(secret)
    with pytest.raises(UserFault) as caught:
        assemble(kitchen.ingredients(), kitchen.folder)
    assert "must be a plain file, not a link" in caught.value.message
    assert not any("key" in path.read_text("latin-1") for path in kitchen.folder.iterdir())


def test_an_untrusted_pickle_is_not_packed(kitchen: Kitchen) -> None:
    """A pickle is packed only where the recipe trusts it."""
    output = kitchen.pod.mount / "output"
    (output / "model.skops").rename(output / "model.joblib")
    with pytest.raises(UserFault) as caught:
        assemble(kitchen.ingredients(), kitchen.folder)
    assert caught.value.reason is Reason.MODEL_NOT_TRUSTED
    trusted = assemble(kitchen.ingredients("Pickle"), kitchen.folder)
    assert "joblib" in verify(kitchen.folder, trusted).formats


@pytest.mark.parametrize("name", ["profile.json", "example.json"])
def test_forged_descriptions_are_refused(kitchen: Kitchen, name: str) -> None:
    """What a server would read must be readable."""
    (kitchen.pod.mount / "predictions" / name).write_text('{"nothing": 1}')
    with pytest.raises(UserFault) as caught:
        assemble(kitchen.ingredients(), kitchen.folder)
    assert "what predict left behind is no bundle" in caught.value.message


@pytest.mark.parametrize("content", ["{", "[]", '{"serve": "shell"}'])
def test_forged_runtimes_are_refused(tmp_path: Path, content: str) -> None:
    """A record that names no runtime is refused."""
    (tmp_path / "runtimes.json").write_text(content)
    with pytest.raises(UserFault) as caught:
        read_runtimes(tmp_path)
    assert caught.value.reason is Reason.MODEL_UNREADABLE


def test_the_first_record_beside_a_digest_stays(kitchen: Kitchen) -> None:
    """Publishing again changes nothing, and the answer is the record that was there first."""
    digest = assemble(kitchen.ingredients(), kitchen.folder)
    store = open_store(f"file://{kitchen.pod.store}")
    answers = [
        publish_bundle(store, kitchen.folder, digest, {"runtimes.json": {"serve": name}})
        for name in ("onnx", "sklearn")
    ]
    stored = json.loads((kitchen.pod.bundle(digest) / "about" / "runtimes.json").read_text())
    assert (["onnx", "onnx"], {"serve": "onnx"}) == (answers, stored)


def test_a_damaged_bundle_in_the_store_is_told(kitchen: Kitchen) -> None:
    """When the store holds other bytes under the digest, publishing again says so."""
    digest = assemble(kitchen.ingredients(), kitchen.folder)
    store = open_store(f"file://{kitchen.pod.store}")
    about = {"runtimes.json": {"serve": "onnx"}}
    publish_bundle(store, kitchen.folder, digest, about)
    (kitchen.pod.bundle(digest) / "model.onnx").write_bytes(b"flipped")
    with pytest.raises(UserFault) as caught:
        publish_bundle(store, kitchen.folder, digest, about)
    assert (Reason.BUNDLE_CORRUPT, True) == (
        caught.value.reason,
        "model.onnx" in caught.value.message,
    )
