"""Each part of the loop, as the objects tell it."""

from __future__ import annotations

from typing import Any

import pytest
from a_namespace import Raw, data, deployment, job, namespace, releasing, told, version

from trainyardctl.outcome import Outcome
from trainyardctl.snapshot import Snapshot, name_of
from trainyardpage.loop import Related, Station, loop_of, related


def with_(**changed: Any) -> Related:
    """Return a settled model, of which some objects are others."""
    settled: dict[str, Any] = {
        "serving": deployment(replicas=2),
        "job": job(runs=[{"name": "wine-2", "phase": "Succeeded", "cause": {"kind": "NewData"}}]),
        "data": data(),
        "versions": (version("wine-b", ""),),
    }
    return Related(**settled | changed)


def stations(**changed: Any) -> dict[str, Station]:
    """Return the stations by title."""
    return {station.title: station for station in loop_of(with_(**changed)).stations}


def test_a_settled_model_is_settled_everywhere() -> None:
    """And each station says what it holds."""
    found = stations()
    assert ["Data", "Train", "Gates", "Release", "Serve"] == list(found)
    assert {Outcome.SETTLED} == {station.outcome for station in found.values()}
    assert ("178 rows", "4f1c2d3e4a5b") == (found["Data"].holds, found["Data"].word)
    assert ("Succeeded", "NewData") == (found["Train"].holds, found["Train"].word)
    assert ("accepted", "GatesPassed") == (found["Gates"].holds, found["Gates"].word)
    assert "at rest" == found["Release"].holds
    assert ("2 pods", "Serving") == (found["Serve"].holds, found["Serve"].word)


REFUSED = told(("Accepted", "False", "GateFailed", "good failed"))
NOT_READY = told(("Ready", "False", "NotReady", "no pod"), ("RolledOut", "True", "RolledOut", ""))
STORIES: list[tuple[str, str, dict[str, Any], Outcome, str]] = [
    ("no data", "Data", {"data": None}, Outcome.NOT_FOUND, "no version"),
    ("no run", "Train", {"job": None}, Outcome.NOT_FOUND, "no run"),
    ("a run", "Train", {"job": job(runs=[{"phase": "Running"}])}, Outcome.UNDER_WAY, "Running"),
    ("a failed run", "Train", {"job": job(runs=[{"phase": "Failed"}])}, Outcome.FAILED, "Failed"),
    ("no version", "Gates", {"versions": ()}, Outcome.NOT_FOUND, "no version"),
    (
        "a version that is not judged",
        "Gates",
        {"versions": ({"metadata": {"name": "v"}},)},
        Outcome.UNDER_WAY,
        "not judged",
    ),
    (
        "a version that lost",
        "Gates",
        {"versions": ({"status": {"conditions": REFUSED}},)},
        Outcome.FAILED,
        "refused",
    ),
    (
        "a canary",
        "Release",
        {"serving": releasing(weightPercent=20, phase="Progressing")},
        Outcome.UNDER_WAY,
        "20 % canary",
    ),
    (
        "a canary that waits for a person",
        "Release",
        {"serving": releasing("Paused", weightPercent=20, phase="Paused")},
        Outcome.WAITS_FOR_YOU,
        "20 % canary",
    ),
    ("nothing serves", "Serve", {"serving": deployment(stable=None)}, Outcome.NOT_FOUND, "nothing"),
    (
        "no pod is ready",
        "Serve",
        {"serving": deployment(conditions=NOT_READY, replicas=1)},
        Outcome.FAILED,
        "1 pod",
    ),
]


@pytest.mark.parametrize(
    ("title", "changed", "outcome", "holds"), [pytest.param(*s[1:], id=s[0]) for s in STORIES]
)
def test_a_station_shows_what_is_there(
    title: str, changed: dict[str, Any], outcome: Outcome, holds: str
) -> None:
    """Each for itself: one that failed leaves the others as they are."""
    station = stations(**changed)[title]
    assert outcome is station.outcome
    assert holds in station.holds


def retraining(**retrain: Any) -> Raw:
    """Return a TrainingJob that runs again by itself."""
    raw = job()
    raw["spec"]["retrain"] = retrain
    return raw


def test_the_way_back_names_what_starts_a_run() -> None:
    """The signals of this deployment, not those of another."""
    mine = {"modelDeployment": {"name": "wine"}, "signals": ["Drift"]}
    other = {"modelDeployment": {"name": "beer"}, "signals": ["Errors"]}
    raw = retraining(onNewData={"minNewRows": 10}, onSignals=[mine, other], schedule={"cron": "x"})
    assert "new data, the signal Drift, the clock" == loop_of(with_(job=raw)).back
    assert "" == loop_of(with_()).back


def test_signals_of_the_version_that_serves_are_named() -> None:
    """As they are raised."""
    serving = deployment(signals=[{"kind": "Drift", "message": "age"}])
    assert ("Drift",) == tuple(loop_of(with_(serving=serving)).signals)


def test_what_belongs_together_is_found_by_name() -> None:
    """Also where a version is pinned, by the TrainingJob that made it."""
    here = namespace(deployment())
    following = related(here, here.of("ModelDeployment")[0])
    assert ["wine-b", "wine-a"] == [name_of(v) for v in following.versions]
    pinned = deployment()
    pinned["spec"] = {"model": {"version": {"name": "wine-a"}}}
    found = related(namespace(pinned), pinned)
    assert ["wine-a"] == [name_of(v) for v in found.versions]
    assert found.job is not None
    assert found.data is not None
    alone = related(Snapshot("models", {}), deployment())
    assert (None, None, []) == (alone.job, alone.data, list(alone.versions))
