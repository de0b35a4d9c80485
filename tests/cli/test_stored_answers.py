"""What a store knows of answers, in a life of ten versions.

Proves: trainyardctl/why_answer.py
"""

from __future__ import annotations

import io
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import serving_bundles as bundles

from modelbundle.captured_rows import CapturedModel, CapturedRows
from modelbundle.packing import pack
from modelbundle.prediction import Prediction
from modelbundle.publishing import publish
from modelbundle.rows import Rows
from modelbundle.store import open_store
from trainer.captures.capture_table import Circumstances, capture_table
from trainyard.training_jobs.identity import inputs_digest, version_name
from trainyardctl.answer import NoAnswer
from trainyardctl.answer_chain import chain_of, is_sound
from trainyardctl.snapshot import Snapshot
from trainyardctl.stored_answers import kept_answer, stored_bundle
from trainyardctl.why_answer import answer_told

VERSIONS = 10
PREDICTIONS = 100


@dataclass(frozen=True, slots=True)
class Life:
    """A store after ten versions served one after the other, and their records."""

    url: str
    digests: Sequence[str]
    snapshot: Snapshot


def _digest(letter: str, number: int) -> str:
    return f"sha256:{letter * 62}{number:02x}"


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Life:
    """Each version captured every tenth prediction."""
    folder = tmp_path_factory.mktemp("life")
    url = f"file://{folder}/store"
    store = open_store(url)
    sample = bundles.packed(folder / "bundle", bundles.ridge(), bundles.diabetes())
    digests, versions = [], []
    for number in range(VERSIONS):
        data, recipe = _digest("d", number), _digest("e", number)
        origin = replace(bundles.ORIGIN, dataset_digest=data, recipe_digest=recipe)
        digest = pack(sample.directory, sample.signature, origin)
        publish(store, sample.directory, digest)
        digests.append(digest)
        spec = {
            "trainingJob": {"name": "wine"},
            "bundleDigest": digest,
            "datasetDigest": data,
            "recipeDigest": recipe,
            "inputsDigest": inputs_digest(recipe, data),
        }
        versions.append({"metadata": {"name": version_name("wine", digest)}, "spec": spec})
        content = io.BytesIO()
        asked = [f"r-{i}" for i in range(number, PREDICTIONS, VERSIONS)]
        pq.write_table(_captured(asked, Circumstances(f"wine-{number}", digest, 100.0)), content)
        store.write(f"captures/uid/wine-{number}/2026-03-01/part.parquet", content.getvalue())
    return Life(url, digests, Snapshot("models", {"ModelVersion": versions}))


def _captured(ids: Sequence[str], of: Circumstances) -> pa.Table:
    count = len(ids)
    rows = Rows(np.empty((count, 0)), np.empty((count, 0), dtype=object))
    said = Prediction(np.zeros(count), None)
    found = CapturedRows(list(ids), [1.8e9] * count, [1] * count, rows, said)
    return capture_table(CapturedModel((), (), (), ()), found, of)


def test_every_prediction_of_ten_versions_leads_to_its_own(life: Life) -> None:
    """A hundred of them in any order: revision, bundle, and the one version with sound links."""
    numbers = list(range(PREDICTIONS))
    random.Random(7).shuffle(numbers)
    for number in numbers:
        answer = kept_answer(life.url, f"r-{number}")
        digest = life.digests[number % VERSIONS]
        assert (f"wine-{number % VERSIONS}", digest) == (answer.revision, answer.bundle_digest)
        stored = stored_bundle(life.url, digest)
        chapters = chain_of(answer, life.snapshot, (), stored)
        assert is_sound(chapters)
        titles = [c.title for c in chapters if c.title.startswith("ModelVersion")]
        assert [f"ModelVersion {version_name('wine', digest)}"] == titles


def test_a_request_that_was_not_kept_is_told_as_such(life: Life) -> None:
    """With the other way to ask."""
    with pytest.raises(NoAnswer, match=r"no captured request 'r-100'.*--headers FILE"):
        kept_answer(life.url, "r-100")


def test_a_bundle_whose_bytes_are_others_is_told(life: Life, tmp_path: Path) -> None:
    """The manifest is read as bytes, and its digest computed."""
    with pytest.raises(NoAnswer, match="holds no bundle"):
        stored_bundle(f"file://{tmp_path}", life.digests[0])
    forged = f"models/sha256/{life.digests[0].removeprefix('sha256:')}/manifest.json"
    other = f"models/sha256/{life.digests[1].removeprefix('sha256:')}/manifest.json"
    open_store(f"file://{tmp_path}").write(forged, open_store(life.url).read(other))
    with pytest.raises(NoAnswer, match=life.digests[0]):
        stored_bundle(f"file://{tmp_path}", life.digests[0])


@pytest.mark.parametrize("url", ["gs://bucket", "file:///proc/nowhere"])
def test_a_store_that_cannot_be_read_is_told(url: str) -> None:
    """In a sentence."""
    with pytest.raises(NoAnswer):
        kept_answer(url, "r-1")


async def test_a_request_alone_is_not_enough() -> None:
    """Where captures are, no object of the cluster says."""
    with pytest.raises(NoAnswer, match="name the namespace's part of the store with --store"):
        await answer_told(None, "", "r-1", "")  # type: ignore[arg-type]  # nobody is asked
