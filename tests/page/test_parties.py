"""The parties of a run at work, and of what serves, on the page of their model."""

from __future__ import annotations

from typing import Any

from a_namespace import deployment, job, namespace
from a_recorded_version import VERSION

from trainyardctl.snapshot import Snapshot
from trainyardpage.loop import related
from trainyardpage.one_model import one_model
from trainyardpage.pages import model_page
from trainyardpage.parties import Parties, parties_of

ASKED = [
    {"dataset": "a/wine", "state": "Enrolled"},
    {"dataset": "b/wine", "state": "NotAllowed", "message": "<b>name</b> the TrainingJob"},
    {"dataset": "c/wine", "state": "Enrolled"},
]
ROUNDS: dict[str, Any] = {
    "state": "Training",
    "round": 3,
    "planned": 10,
    "loss": "0.4",
    "participants": [
        {"dataset": "a/wine", "rounds": 3, "inNewest": True},
        {"dataset": "c/wine", "rounds": 2},
    ],
}


def training(**rounds: Any) -> Snapshot:
    """Return the namespace while three parties train, after a version that two trained."""
    serving = deployment()
    first, second = namespace(serving).of("ModelVersion")
    federation = VERSION["spec"]["federation"]
    first = {**first, "spec": {**first["spec"], "federation": federation}}
    status = {"federation": {"participants": ASKED}, "rounds": {**ROUNDS, **rounds}}
    objects = {
        "ModelVersion": (first, second),
        "ModelDeployment": (serving,),
        "TrainingJob": (job(**status),),
    }
    return Snapshot("models", objects)


def parties(snapshot: Snapshot) -> Parties:
    """Return what is shown of the namespace's deployment."""
    (serving,) = snapshot.of("ModelDeployment")
    return parties_of(related(snapshot, serving), snapshot)


def test_each_party_shows_how_far_it_is() -> None:
    """Who was not in the newest round, and who takes no part, and why."""
    found = parties(training())
    assert found.progress == "Round 3 of 10 is over, loss 0.4"
    assert [(line.name, line.state, line.rounds) for line in found.now] == [
        ("a/wine", "Enrolled", "3"),
        ("b/wine", "NotAllowed", ""),
        ("c/wine", "Enrolled", "2, not in the newest"),
    ]


def test_the_loop_says_the_round() -> None:
    """Where others say that they run."""
    found = one_model(training(), "wine")
    assert found is not None
    stations = {station.title: station.holds for station in found.loop.stations}
    assert stations["Train"] == "round 3 of 10"


def test_what_is_not_known_is_told_as_such() -> None:
    """With the figure of before."""
    found = parties(training(state="Unknown", message="nobody answers"))
    assert found.progress == "Round 3 of 10 is over, by what was said last: nobody answers"
    assert parties(training(round=0, state="Waiting")).progress == "No round is over yet"


def test_who_trained_what_serves_is_shown() -> None:
    """As on its card; nothing that an object says is markup."""
    found = parties(training())
    (trained,) = found.trained
    assert (trained.role, trained.version, len(trained.lines)) == ("stable", "wine-a", 2)
    model = one_model(training(), "wine")
    assert model is not None
    html = model_page(model, ())
    assert "no: it withdrew" in html
    assert "epsilon 7.2" in html
    assert "&lt;b&gt;name" in html
    alone = one_model(namespace(deployment()), "wine")
    assert alone is not None
    assert "Parties that train together" not in model_page(alone, ())
