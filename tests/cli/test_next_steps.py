"""What is offered is what the operator would do as things stand."""

from __future__ import annotations

from typing import Any

import pytest
from a_namespace import data, deployment, job, releasing, told

from trainyardctl.names import object_name
from trainyardctl.next_steps import next_steps

BEFORE = {"revision": "wine-0000000000"}
STALLED = told(("Stalled", "True", "RetrainStopped", "three failures in a row"))
ANOTHER_SCHEMA = told(("DataValid", "False", "SchemaChanged", "a column came"))
STORIES: list[tuple[str, str, dict[str, Any], list[str]]] = [
    ("the first version, at rest", "wine", deployment(), []),
    ("a version before", "wine", deployment(previous=BEFORE), ["undo"]),
    ("a release", "wine", releasing(step=1), ["pause", "skip", "promote", "abort"]),
    ("pods that start", "wine", releasing(step=0), ["pause", "promote", "abort"]),
    (
        "a release that waits for a person",
        "wine",
        releasing("Paused", step=1, phase="Paused"),
        ["resume", "skip", "promote", "abort"],
    ),
    (
        "a release that waits for approvals",
        "wine",
        releasing("AwaitingApproval", step=1, phase="AwaitingApproval"),
        ["approve", "pause", "skip", "promote", "abort"],
    ),
    (
        "no undo during a release",
        "wine",
        releasing(step=1) | {"spec": {"suspend": True}},
        [],
    ),
    ("a version that lost", "wine", deployment(quarantine=[BEFORE]), ["unquarantine"]),
    ("a fault of the cluster", "wine", deployment(retry=BEFORE), ["retry"]),
    ("older images", "wine", deployment(outdated=["wine-1"]), ["refresh-images"]),
    ("data", "dset/wine", data(), ["refresh"]),
    (
        "another schema",
        "dset/wine",
        data(conditions=ANOTHER_SCHEMA),
        ["accept-schema", "refresh"],
    ),
    ("runs that went well", "tj/wine", job(), ["run"]),
    (
        "a run that failed",
        "tj/wine",
        job(runs=[{"name": "wine-3", "phase": "Failed"}]),
        ["retry", "run"],
    ),
    ("retraining that stopped", "tj/wine", job(conditions=STALLED), ["reset-retrain", "run"]),
    ("files that are scored", "bp/wine", {"status": {"run": {"phase": "Running"}}}, ["abort"]),
    (
        "parts that are tried again",
        "bp/wine",
        {"status": {"run": {"phase": "Waiting"}}},
        ["retry", "abort"],
    ),
    (
        "parts that lack",
        "bp/wine",
        {"status": {"lastRun": {"phase": "Stopped"}}},
        ["retry", "run"],
    ),
    ("nothing to score", "bp/wine", {"status": {"lastRun": {"phase": "Succeeded"}}}, ["run"]),
]


@pytest.mark.parametrize(
    ("words", "raw", "verbs"), [pytest.param(*s[1:], id=s[0]) for s in STORIES]
)
def test_what_can_be_done(words: str, raw: dict[str, Any], verbs: list[str]) -> None:
    """Each as a command that can be copied as it is, with what comes of it."""
    name = object_name(words)
    found = list(next_steps("models", name, raw))
    assert [f"trainyard -n models {verb} {name}" for verb in verbs] == [s.command for s in found]
    assert all(step.effect.endswith(".") for step in found)
