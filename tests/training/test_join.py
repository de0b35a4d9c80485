"""What labels say of the revisions that answered.

Proves: training-image/trainer/captures/labels.py, training-image/trainer/captures/labelled_rows.py
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from captured_world import Answered, CapturedWorld, captured_world
from training_pod import NO_DIGEST, RESULT


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> CapturedWorld:
    """A store with a bundle."""
    return captured_world(tmp_path_factory.mktemp("joined"))


@pytest.fixture
def world(trained: CapturedWorld) -> CapturedWorld:
    """The same with nothing captured."""
    trained.empty()
    return trained


def revisions(document: dict[str, Any]) -> dict[str, tuple[int, str | None]]:
    """Rows and value of each."""
    return {r["revision"]: (r["rows"], r.get("value")) for r in document["revisions"]}


def test_each_revision_is_measured_by_the_rows_that_it_answered(world: CapturedWorld) -> None:
    """However late the label comes; bounds are around the value."""
    world.capture([Answered(f"a{n}", "c0", 600) for n in range(80)], "old")
    world.capture([Answered(f"b{n}", "c1") for n in range(40)], "new")
    labels = {f"a{n}": "c0" if n % 4 else "c1" for n in range(80)}
    ended = world.join(labels | {f"b{n}": "c1" for n in range(20)})
    assert 0 == ended.code, ended.document
    found = ended.document
    assert {"old": (80, "0.75"), "new": (20, "1")} == revisions(found)
    assert ["new", "old"] == [r["revision"] for r in found["revisions"]], "newest first"
    old = found["revisions"][1]
    assert float(old["low"]) < 0.75 < float(old["high"])
    assert (120, 100, 20, 0) == tuple(found[k] for k in ("captured", "joined", "missing", "late"))


def test_labels_that_say_nothing_or_too_much_are_told(world: CapturedWorld) -> None:
    """Each kind by its number; what contradicts itself labels nothing."""
    world.capture([Answered(name, "c0") for name in ("a", "b", "c", "d", "e", "e")])
    labels = [
        *[("a", "c0"), ("a", "c0")],
        *[("b", "c0"), ("b", "c1")],
        *[("c", None), (None, "c0")],
        *[("e", "c0"), ("nobody", "c0")],
    ]
    found = world.join(labels).document
    names = ("labels", "empty", "doubled", "contradicting", "unknown", "ambiguous", "joined")
    assert (6, 2, 1, 1, 1, 2, 1) == tuple(found[name] for name in names)
    assert {"r1": (1, "1")} == revisions(found)


def test_rows_of_a_request_of_several_are_named_by_their_number(world: CapturedWorld) -> None:
    """The id alone would not say which row."""
    world.capture([Answered("a", f"c{n}") for n in range(3)], counts=[3])
    found = world.join({"a/0": "c0", "a/2": "c1", "a": "c0"}).document
    assert ({"r1": (2, "0.5")}, 1) == (revisions(found), found["unknown"])


def test_rows_count_once_no_label_is_awaited_any_more(world: CapturedWorld) -> None:
    """Else outcomes that are known early would weigh more."""
    world.capture(
        [Answered("old", "c0", 30), Answered("young", "c1", 2), Answered("mute", "c0", 3)]
    )
    world.capture([Answered("overdue", "c0", 40)])
    found = world.join({"old": "c1", "young": "c1"}, labels={"maxDelaySeconds": 86400}).document
    assert {"r1": (1, "0")} == revisions(found)
    assert (2, 1, 1) == (found["joined"], found["awaited"], found["missing"])


def test_a_label_that_is_late_is_told_and_counts(world: CapturedWorld) -> None:
    """For the revision that answered."""
    world.capture([Answered("early", "c0", 30), Answered("late", "c0", 100)])
    delay = {"maxDelaySeconds": 86400}
    world.join({"early": "c0"}, labels=delay)
    again = {"early": "c0", "late": "c1"}
    found = world.join(again, labels=delay, run="join-2", previous="join-1").document
    assert (1, {"r1": (2, "0.5")}) == (found["late"], revisions(found))


def test_the_newest_rows_are_measured(world: CapturedWorld) -> None:
    """A model that becomes worse is not hidden by its past."""
    world.capture([Answered(f"a{n}", "c0" if n < 200 else "c1", 300 - n) for n in range(300)])
    labels = {f"a{n}": "c0" for n in range(300)}
    assert {"r1": (100, "0")} == revisions(world.join(labels, windowRows=100).document)


def test_labelled_rows_are_what_a_model_is_trained_on(world: CapturedWorld) -> None:
    """Inputs under their own names, and the label; only those of the last join."""
    world.capture([Answered("a", "c0"), Answered("b", "c1", region="south")])
    for number in range(5):
        world.join({"b": "c2"}, run=f"join-{number}")
    assert [{"alcohol": 1.0, "region": "south", "outcome": "c2"}] == world.labelled()
    kept = sorted(path.name for path in (world.pod.store / "labelled" / "u1").iterdir())
    assert [*(f"join-{n}.keys.parquet" for n in (2, 3, 4)), "rows.parquet"] == kept


def test_slices_come_from_captured_columns_or_from_the_labels(world: CapturedWorld) -> None:
    """What the model is not given can be compared all the same."""
    half = [Answered(f"n{n}", "c0" if n < 90 else "c1") for n in range(100)]
    other = [Answered(f"s{n}", "c0" if n < 20 else "c1", region="south") for n in range(100)]
    world.capture([*half, *other])
    labels = {item.id: "c0" for item in (*half, *other)}
    fairness = {"column": "region", "measure": "DemographicParityDifference"}
    (found,) = world.join(labels, fairness=fairness).document["revisions"]
    assert ("0.7", ["north", "south"]) == tuple(found["fairness"][k] for k in ("value", "between"))
    frame = pd.DataFrame(
        [(name, said, name[0]) for name, said in labels.items()],
        columns=["request_id", "outcome", "group"],
    )
    fairness["column"] = "group"
    (found,) = world.join_table(frame, fairness=fairness).document["revisions"]
    assert ("0.7", ["n", "s"]) == tuple(found["fairness"][k] for k in ("value", "between"))
    fairness["column"] = "nowhere"
    (found,) = world.join(labels, fairness=fairness).document["revisions"]
    assert "column nowhere" in found["fairness"]["why"]


@pytest.mark.parametrize(
    ("labels", "changes", "why"),
    [
        pytest.param({"a": "c0"}, {"metric": "rmse"}, "rmse is not defined", id="no such metric"),
        pytest.param(
            {"a": "c0"}, {"bundle": NO_DIGEST}, "its bundle cannot be read", id="no bundle"
        ),
    ],
)
def test_what_cannot_be_measured_says_why(
    world: CapturedWorld, labels: dict[str, str], changes: dict[str, Any], why: str
) -> None:
    """No evidence is no number."""
    world.capture([Answered("a", "c0")], bundle=changes.pop("bundle", ""))
    (found,) = world.join(labels, **changes).document["revisions"]
    assert why in found["why"]
    assert "value" not in found


def test_without_a_captured_row_there_is_nothing_to_say(world: CapturedWorld) -> None:
    """That is no fault."""
    found = world.join({"a": "c0"}).document
    assert ("Joined", 1, []) == (found["outcome"], found["unknown"], found["revisions"])


def test_a_column_that_is_not_there_is_named(world: CapturedWorld) -> None:
    """With those that are."""
    ended = world.join({"a": "c0"}, labels={"labelColumn": "truth"})
    assert (15, "SourceInvalid") == (ended.code, ended.document["reason"])
    assert "no column 'truth'; they have outcome, request_id" in ended.document["message"]


def test_labelled_rows_are_a_source_of_a_dataset(world: CapturedWorld) -> None:
    """The loop closes: what users asked, and what came of it, is trained on."""
    world.capture(
        [Answered(f"a{n}", "c0", region="north" if n % 3 else "south") for n in range(90)]
    )
    world.join({f"a{n}": f"c{n % 2}" for n in range(60)})
    task = {
        "version": 1,
        "dataset": "lived",
        "source": {"kind": "store", "path": "labelled/u1/rows.parquet"},
        "target": "outcome",
        "now": "2026-11-28T12:00:00Z",
    }
    (world.pod.store / RESULT).unlink()
    ended = world.pod.run("ingest", task)
    assert ("Accepted", 60) == (ended.document["outcome"], ended.document["rows"]), ended.document
