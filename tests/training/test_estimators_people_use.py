"""Every estimator people use: it is packed, served by the chosen runtime, and equal on every row.

A model travels the whole way: fitted, written, loaded again without pickle, probed, converted,
compared, timed, packed under a digest, verified, loaded as the server does it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import models_people_use as models
import numpy as np
import pytest
import training_pod
from alone_and_together import assert_same_in_batches
from models_people_use import Case

from modelbundle.canonical import digest_of
from modelbundle.example import example_of, typical_row
from modelbundle.loading import chosen_runtime, load_runtime
from modelbundle.manifest import Origin
from modelbundle.packing import pack, verify
from modelbundle.reference_profile import profile_of
from modelbundle.rows import frame_of_rows, rows_of_frame
from modelbundle.signature import Feature, Kind
from modelbundle.skops_file import write_skops
from trainer.models.candidates import TrainFacts, load_candidate, probed
from trainer.models.conversion import convert
from trainer.models.verification_rows import verification_rows
from trainer.predict import runtimes_of

pytestmark = [
    pytest.mark.filterwarnings("ignore:The `probability` parameter:FutureWarning"),
    pytest.mark.filterwarnings("ignore:.*[Cc]onverge"),
    pytest.mark.filterwarnings("ignore:Found unknown categories"),
]

TABLES: dict[str, Callable[[], training_pod.Table]] = {
    "two": training_pod.tumours,
    "three": training_pod.wines,
    "numbers": training_pod.diabetes,
    "mixed": lambda: training_pod.mixed(160),
}


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in models.CASES])
def test_it_serves_as_scikit_learn_answers(case: Case, tmp_path: Path) -> None:
    """Labels exactly, probabilities within 1e-5, numbers within 1e-5 of their size; the evidence
    names the runtime and the reason. Each row is answered alone and in batches alike.
    """
    table = TABLES[case.data]()
    features = tuple(
        Feature(name, Kind(table.kinds[name]))
        for name in table.frame.columns
        if name != table.target and name not in table.roles
    )
    answers = np.array([case.label(value) for value in table.frame[table.target].tolist()])
    rows = rows_of_frame(table.frame, features)
    frame, split = frame_of_rows(rows, features), len(rows) * 3 // 4
    model = case.build()
    model.fit(frame[:split], answers[:split])
    document, runtime = _served(model, features, rows, split, tmp_path)
    test = frame[split:]
    found = runtime.predict(rows.part(split, len(rows)))
    expected = np.asarray(model.predict(test)).ravel()
    if found.values.dtype == np.float64:
        np.testing.assert_allclose(found.values, expected, rtol=1e-5, atol=1e-5)
    else:
        assert expected.tolist() == found.values.tolist()
    if hasattr(model, "predict_proba"):
        np.testing.assert_allclose(found.probabilities, model.predict_proba(test), atol=1e-5)
    sizes = (1, 2, 3, 4, 5, 7, 8, 13, 33)
    assert_same_in_batches(runtime, rows.part(split, len(rows)), sizes)
    assert case.why in document["why"]
    if case.why != models.FASTER:
        assert "sklearn" == document["serve"]
    else:
        assert 0 == document["verified"]["disagreements"]
        assert (
            {"1", "64"} == set(document["timings"]["onnx"]) == set(document["timings"]["sklearn"])
        )


def _served(
    model: Any, features: tuple[Feature, ...], rows: Any, split: int, folder: Path
) -> tuple[dict[str, Any], Any]:
    """The record of runtimes, and the runtime as the server loads it from the verified bundle."""
    write_skops(model, folder / "model.skops")
    facts = TrainFacts(features, ())
    candidate = load_candidate(folder / "model.skops", None, facts)
    train = rows.part(0, split)
    candidate = probed(candidate, train)
    signature = candidate.signature
    sample = verification_rows(rows.part(split, len(rows)), candidate.runtime, 7)
    made = convert(candidate.estimator, candidate.runtime, sample, folder / "model.onnx")
    document = runtimes_of(candidate, made, sample, seconds=0.005)
    (folder / "about").mkdir()
    (folder / "about" / "runtimes.json").write_text(json.dumps(document))
    typical = typical_row(train, signature)
    profile = profile_of(train, candidate.runtime.predict(train), signature)
    (folder / "profile.json").write_bytes(profile.content())
    example = example_of(typical, candidate.runtime.predict(typical), signature)
    (folder / "example.json").write_bytes(example.content())
    origin = Origin("y", digest_of(b"data"), digest_of(b"recipe"), ())
    manifest = verify(folder, pack(folder, signature, origin))
    return document, load_runtime(folder, manifest, chosen_runtime(folder, manifest))


def test_numbers_beyond_float32_stay_with_scikit_learn(tmp_path: Path) -> None:
    """Identifiers above 2**24 lose their last digits in float32: the comparison finds it, and the
    model is converted in float64 or not at all.
    """
    features = (Feature("id", Kind.INTEGER), Feature("x", Kind.FLOAT))
    random = np.random.default_rng(0)
    numbers = np.column_stack([2.0**40 + random.integers(0, 64, 400), random.normal(size=400)])
    rows = models.rows_of(numbers)
    model = models.linear_on_identifiers()
    model.fit(frame_of_rows(rows, features), (numbers[:, 0] - 2.0**40) + numbers[:, 1])
    _, runtime = _served(model, features, rows, 300, tmp_path)
    expected = model.predict(frame_of_rows(rows, features))
    np.testing.assert_allclose(runtime.predict(rows).values, expected, rtol=1e-5, atol=1e-5)
