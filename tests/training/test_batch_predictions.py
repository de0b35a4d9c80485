"""Files go in, a part of predictions comes out: what three containers do one after the other.

Proves: training-image/trainer/stage_in.py, training-image/trainer/score.py
Proves: training-image/trainer/stage_out.py, training-image/trainer/batch/staged.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from batch_pods import VERBS, BatchPods, batch_pods, write_formats
from models_with_code import packed_with_code
from serving_bundles import (
    Sample,
    diabetes,
    iris,
    linear,
    packed,
    patients,
    ridge,
    tolerant_columns,
)

COUNTS = ("rows", "scored", "setAside")


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """A model of numbers and texts, served by ONNX Runtime."""
    return packed(
        tmp_path_factory.mktemp("patients"), tolerant_columns(), patients(), ("skops", "onnx")
    )


@pytest.fixture
def pods(tmp_path: Path, sample: Sample) -> BatchPods:
    """An empty source, and the model in the store."""
    return batch_pods(tmp_path, sample)


def patients_frame(rows: int = 40) -> pd.DataFrame:
    """Rows as the model was trained on, with a number for each."""
    frame = patients().frame.head(rows).copy()
    frame.insert(0, "patient", [f"p{n}" for n in range(rows)])
    return frame


def counts(pods: BatchPods, part: int = 0) -> tuple[int, ...]:
    """Run the part, which ends well, and return its counts."""
    ended = pods.run(part)
    assert 0 == ended.code, ended.document
    assert "Scored" == ended.document["outcome"]
    return tuple(ended.document[name] for name in COUNTS)


def test_each_format_gives_what_the_model_itself_says(pods: BatchPods, sample: Sample) -> None:
    """CSV, parquet and JSON lines are read as Datasets read them; each row has its answer."""
    frame = patients_frame()
    write_formats(frame, pods.source)
    ended = pods.run(columns=["patient"])
    assert (0, 120, 120) == (ended.code, ended.document["rows"], ended.document["scored"])
    table = pods.predictions()
    assert [
        "file", "row", "patient", "prediction",
        "probability_high", "probability_low", "bundle_digest",
    ] == table.schema.names  # fmt: skip
    assert {sample.digest} == set(table["bundle_digest"].to_pylist())
    assert list(range(1, 41)) * 3 == table["row"].to_pylist()
    assert frame["patient"].tolist() * 3 == table["patient"].to_pylist()
    expected = sample.model.predict(sample.table.head(40)).tolist()
    assert expected * 3 == table["prediction"].to_pylist()
    own = sample.model.predict_proba(sample.table.head(40))[:, 0]
    assert np.allclose(np.tile(own, 3), table["probability_high"].to_numpy(), atol=1e-5)


def test_a_bad_row_is_set_aside_with_its_reason(pods: BatchPods) -> None:
    """The rows beside it are scored, and numbers are those of the file."""
    lines = ["size,age,smoker,site", "3.1,40,true,left", "3.1,old,true,left", "3.1,40", "2.0,,no,"]
    (pods.source / "rows.csv").write_text("\n".join([*lines, "1.0,30,false,right"]) + "\n")
    assert (5, 3, 2) == counts(pods)
    assert [1, 4, 5] == pods.predictions()["row"].to_pylist()
    found = {row["row"]: (row["column"], row["found"], row["reason"]) for row in pods.set_aside()}
    assert ("age", "old", "is no Integer") == found[2]
    assert ("", "cannot be read") == (found[3][0], found[3][2])
    assert "3.1,40" in found[3][1]


def test_a_part_that_was_written_is_not_written_again(pods: BatchPods) -> None:
    """Not even when the source has changed since; what a pod that died left behind counts not."""
    write_formats(patients_frame(), pods.source)
    assert 0 == pods.run(verbs=VERBS[:2]).code
    assert not (pods.output / "part-00000.parquet").exists()
    assert (120, 120, 0) == counts(pods)
    first = (pods.output / "part-00000.parquet").stat().st_mtime_ns
    (pods.source / "a.csv").unlink()
    assert (120, 120, 0) == counts(pods)
    assert first == (pods.output / "part-00000.parquet").stat().st_mtime_ns


def test_parts_share_the_files_and_the_last_one_writes_the_manifest(pods: BatchPods) -> None:
    """Each file is in one part, whoever comes first; a part without files is whole too."""
    write_formats(patients_frame(), pods.source)
    rows = []
    for part in (3, 0, 1, 2):
        assert not (pods.output / "_manifest.json").exists()
        ended = pods.run(part, parts=4)
        assert 0 == ended.code, ended.document
        rows.append(ended.document["rows"])
    assert [0, 40, 40, 40] == rows
    assert {"b.parquet"} == set(pods.predictions(1)["file"].to_pylist())
    manifest = json.loads((pods.output / "_manifest.json").read_text())
    assert (120, 4, pods.bundle) == (manifest["rows"], manifest["parts"], manifest["bundle"])
    assert ["a.csv", "b.parquet", "c.jsonl"] == [file["name"] for file in manifest["files"]]


def test_a_file_that_changed_since_the_run_began_stops_it(pods: BatchPods) -> None:
    """Half of a run would be of other data than the rest."""
    write_formats(patients_frame(), pods.source)
    assert 0 == pods.run(0, parts=2).code
    (pods.source / "b.parquet").unlink()
    ended = pods.run(1, parts=2)
    assert (14, "DigestMismatch") == (ended.code, ended.document["reason"])
    assert "b.parquet is gone" in ended.document["message"]


def test_new_files_are_left_to_the_next_run(pods: BatchPods) -> None:
    """The parts of one run agree on its files."""
    patients_frame().to_csv(pods.source / "b.csv", index=False)
    assert 0 == pods.run(0, parts=2).code
    patients_frame().to_csv(pods.source / "a.csv", index=False)
    ended = pods.run(1, parts=2)
    assert (0, 0) == (ended.code, ended.document["rows"])


@pytest.mark.parametrize(
    ("text", "changes", "reason", "words"),
    [
        pytest.param("size,age\n1,2\n", {}, "ColumnMissing", "smoker", id="a feature lacks"),
        pytest.param(
            "size,age,smoker,site\n1,2,true,left\n", {"columns": ["who"]}, "ColumnMissing", "who",
            id="a carried column lacks",
        ),
        pytest.param(
            "size,age,smoker,site\n1,2,true,left\n", {"columns": ["row"]}, "TaskUnreadable", "row",
            id="a carried column has a name of ours",
        ),
        pytest.param("size\n1\n", {"bundle": f"sha256:{'0' * 64}"}, "BundleNotFound", "0000",
            id="no such bundle",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_scored_is_said(
    pods: BatchPods, text: str, changes: dict[str, Any], reason: str, words: str
) -> None:
    """Nothing is written of such a part."""
    (pods.source / "rows.csv").write_text(text)
    ended = pods.run(**changes)
    assert ended.code in range(10, 20)
    assert reason == ended.document["reason"]
    assert words in ended.document["message"]
    assert not list(pods.output.glob("part-*"))


def test_a_pod_outside_of_the_parts_is_refused(pods: BatchPods) -> None:
    """The Job and the task must agree."""
    assert "TaskUnreadable" == pods.run(5).document["reason"]


def test_scikit_learn_answers_where_the_bundle_says_so(tmp_path: Path) -> None:
    """A bundle without ONNX, with labels that are numbers."""
    made = packed(tmp_path / "bundle", linear(), iris())
    pods = batch_pods(tmp_path, made)
    made.table.to_parquet(pods.source / "iris.parquet")
    assert (150, 150, 0) == counts(pods)
    assert made.model.predict(made.table).tolist() == pods.predictions()["prediction"].to_pylist()


def test_a_model_scores_with_the_code_of_its_bundle(tmp_path: Path) -> None:
    """A class that no library has."""
    made = packed_with_code(tmp_path / "bundle", iris())
    pods = batch_pods(tmp_path, made)
    made.table.to_parquet(pods.source / "iris.parquet")
    assert (150, 150, 0) == counts(pods)
    found = pods.predictions()
    assert made.model.predict(made.table).tolist() == found["prediction"].to_pylist()
    first = made.model.predict_proba(made.table)[:, 0].tolist()
    assert first == found["probability_0"].to_pylist()


def test_numbers_are_predicted_as_numbers(tmp_path: Path) -> None:
    """A regression has no probabilities."""
    made = packed(tmp_path / "bundle", ridge(), diabetes())
    pods = batch_pods(tmp_path, made)
    made.table.to_parquet(pods.source / "rows.parquet")
    assert (442, 442, 0) == counts(pods)
    table = pods.predictions()
    assert ["file", "row", "prediction", "bundle_digest"] == table.schema.names
    assert np.allclose(made.model.predict(made.table), table["prediction"].to_numpy())
