"""How data, questions, answers and models get into a training pod."""

from __future__ import annotations

import json

import pyarrow.parquet as pq
import training_pod
from training_pod import NO_DIGEST, Pod, estimator, store_dataset, train_task

from modelbundle.canonical import hex_of

RECIPE = estimator("linear_model.LogisticRegression")


def test_volumes(pod: Pod) -> None:
    """User code sees train rows and unlabelled test rows; answers lie apart, in the same order."""
    table = training_pod.mixed(40)
    digest = store_dataset(pod.store, table)
    assert 0 == pod.run("fetch", train_task(digest, "cultivar", RECIPE)).code
    train = pq.read_table(pod.mount / "data" / "train.parquet")
    questions = pq.read_table(pod.mount / "questions" / "test.parquet")
    answers = pq.read_table(pod.mount / "answers" / "test.parquet")
    assert list(table.frame.columns) == train.column_names
    assert ["alcohol", "proline", "strong", "colour"] == questions.column_names
    assert ["weight", "region", "cultivar"] == answers.column_names
    assert (30, 10, 10) == (train.num_rows, questions.num_rows, answers.num_rows)
    last = table.frame.iloc[30:]
    assert last["cultivar"].tolist() == answers.column("cultivar").to_pylist()
    assert last["colour"].tolist() == questions.column("colour").to_pylist()


def test_no_file_with_answers_is_left_where_user_code_looks(pod: Pod) -> None:
    """The volumes hold the named files and nothing else."""
    digest = store_dataset(pod.store, training_pod.wines())
    pod.run("fetch", train_task(digest, "cultivar", RECIPE))
    names = sorted(
        path.relative_to(pod.mount).as_posix() for path in pod.mount.rglob("*") if path.is_file()
    )
    expected = [
        "answers/test.parquet",
        "data/columns.json",
        "data/train.parquet",
        "questions/test.parquet",
    ]
    assert expected == names


def test_a_dataset_that_is_not_there(pod: Pod) -> None:
    """A missing version is exit 11."""
    ended = pod.run("fetch", train_task(NO_DIGEST, "y", RECIPE))
    assert (11, "DatasetNotFound") == (ended.code, ended.document["reason"])


def test_a_flipped_bit(pod: Pod) -> None:
    """A changed byte in a part is exit 11 and names the file."""
    digest = store_dataset(pod.store, training_pod.wines())
    part = pod.store / "datasets" / "sha256" / hex_of(digest) / "test" / "part-00000.parquet"
    content = bytearray(part.read_bytes())
    content[100] ^= 1
    part.write_bytes(content)
    ended = pod.run("fetch", train_task(digest, "cultivar", RECIPE))
    assert (11, "DatasetCorrupt") == (ended.code, ended.document["reason"])
    assert "test/part-00000.parquet" in ended.document["message"]


def test_another_target(pod: Pod) -> None:
    """A task that predicts another column than the dataset's target is exit 10."""
    digest = store_dataset(pod.store, training_pod.wines())
    ended = pod.run("fetch", train_task(digest, "alcohol", RECIPE))
    assert (10, "TaskUnreadable") == (ended.code, ended.document["reason"])


def test_a_champion_that_is_gone_does_not_end_the_run(pod: Pod) -> None:
    """A champion that the store no longer has is noted for predict."""
    digest = store_dataset(pod.store, training_pod.wines())
    task = train_task(digest, "cultivar", RECIPE, champion={"digest": NO_DIGEST})
    assert 0 == pod.run("fetch", task).code
    note = json.loads((pod.mount / "champion" / "fault.json").read_text())
    assert NO_DIGEST in note["error"]


def test_a_candidate_that_is_gone(pod: Pod) -> None:
    """A bundle to evaluate that the store does not have is exit 14."""
    digest = store_dataset(pod.store, training_pod.wines())
    task = train_task(digest, "cultivar", {}, candidate={"digest": NO_DIGEST})
    ended = pod.run("fetch", task)
    assert (14, "BundleNotFound") == (ended.code, ended.document["reason"])


def test_a_store_that_is_away(pod: Pod) -> None:
    """A store that does not answer is the machine's fault, exit 20."""
    pod.store.write_text("a file where a folder should be")
    ended = pod.run("fetch", train_task(NO_DIGEST, "y", RECIPE))
    assert (20, "StoreUnreachable") == (ended.code, ended.document["reason"])
