"""How does an object stand? One word for each story."""

from __future__ import annotations

from typing import Any

import pytest
from a_namespace import data, deployment, job, releasing, told, version

from trainyardctl.outcome import Outcome, stand_of

READY = ("Ready", "True", "Serving", "")
NEW = {"metadata": {"generation": 1}, "status": {}}
STORIES = [
    ("no such object", None, Outcome.NOT_FOUND, "no such object"),
    ("nobody looked yet", NEW, Outcome.UNDER_WAY, "has not looked"),
    ("an older spec was looked at", data(observedGeneration=2), Outcome.UNDER_WAY, "not looked"),
    ("data with a version", data(), Outcome.SETTLED, "178 rows"),
    ("an accepted version", version("wine-a", ""), Outcome.SETTLED, ""),
    ("all requests", deployment(), Outcome.SETTLED, "has all requests"),
    ("a canary", releasing(), Outcome.UNDER_WAY, "40 of 300"),
    (
        "a rollout without evidence, which evidence or a person moves on",
        deployment(
            conditions=told(
                READY,
                ("RolledOut", "False", "Inconclusive", "too few requests"),
                ("Stalled", "True", "Inconclusive", "too few requests"),
            )
        ),
        Outcome.WAITS_FOR_YOU,
        "Inconclusive: too few requests",
    ),
    ("a manual step", releasing("Paused"), Outcome.WAITS_FOR_YOU, "Paused: "),
    (
        "a release that waits for approvals",
        releasing("AwaitingApproval"),
        Outcome.WAITS_FOR_YOU,
        "AwaitingApproval: ",
    ),
    (
        "data of another schema",
        data(conditions=told(("DataValid", "False", "SchemaChanged", "accept it"))),
        Outcome.WAITS_FOR_YOU,
        "SchemaChanged: accept it",
    ),
    (
        "data that was refused",
        data(conditions=told(("DataValid", "False", "DataRefused", "too few rows"))),
        Outcome.FAILED,
        "DataRefused: too few rows",
    ),
    (
        "a refresh at work",
        data(
            conditions=told(
                ("Ready", "False", "NoVersionYet", ""), ("Reconciling", "True", "A", "b")
            )
        ),
        Outcome.UNDER_WAY,
        "A: b",
    ),
    (
        "a run at work",
        job(
            conditions=told(("Ready", "True", "VersionAccepted", ""), ("Running", "True", "R", "s"))
        ),
        Outcome.UNDER_WAY,
        "R: s",
    ),
    (
        "a run whose version waits for its gates while an earlier one serves",
        job(
            conditions=told(
                ("Ready", "True", "VersionAccepted", ""),
                ("LastRunAccepted", "Unknown", "VersionNotJudged", "ModelVersion wine-b"),
            )
        ),
        Outcome.UNDER_WAY,
        "VersionNotJudged: ModelVersion wine-b",
    ),
    (
        "a run whose version its gates refused, for a pipeline that waits for the verdict",
        job(
            conditions=told(
                ("Ready", "False", "VersionRefused", ""),
                ("LastRunAccepted", "False", "VersionRefused", "good: 0.5 < 0.9"),
            )
        ),
        Outcome.FAILED,
        "VersionRefused: good: 0.5 < 0.9",
    ),
    (
        "a refused run of other inputs than those of now, whose version is accepted",
        job(
            current={"name": "wine-a"},
            conditions=told(
                ("Ready", "True", "VersionAccepted", "wine-a"),
                ("LastRunAccepted", "False", "VersionRefused", "good: 0.5 < 0.9"),
            ),
        ),
        Outcome.SETTLED,
        "",
    ),
    (
        "a version that lost",
        deployment(conditions=told(READY, ("RolledOut", "False", "Quarantined", "it lost"))),
        Outcome.FAILED,
        "Quarantined: it lost",
    ),
    (
        "what cannot go on",
        deployment(
            conditions=told(("Ready", "False", "X", ""), ("Stalled", "True", "No", "image"))
        ),
        Outcome.FAILED,
        "No: image",
    ),
    (
        "a version that its gates refused",
        {
            **version("wine-a", ""),
            "status": {
                "observedGeneration": 3,
                "conditions": told(("Accepted", "False", "GateFailed", "good failed")),
            },
        },
        Outcome.FAILED,
        "GateFailed: good failed",
    ),
    (
        "suspended by the spec",
        deployment(conditions=told(READY, ("Suspended", "True", "Suspended", "spec.suspend"))),
        Outcome.WAITS_FOR_YOU,
        "Suspended: spec.suspend",
    ),
]


@pytest.mark.parametrize(
    ("raw", "outcome", "words"), [pytest.param(*s[1:], id=s[0]) for s in STORIES]
)
def test_one_word(raw: dict[str, Any] | None, outcome: Outcome, words: str) -> None:
    """With the sentence that says why."""
    stand = stand_of(raw)
    assert outcome is stand.outcome
    assert words in stand.why


def test_exit_codes_are_a_promise() -> None:
    """Pipelines compare them; 1 and 2 are those of a program that broke or was called wrongly."""
    assert [0, 3, 4, 5, 6] == [outcome.value for outcome in Outcome]
