"""From an answer back to its data, each link against the next."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from a_recorded_version import APPROVAL, BUNDLE, DATA, DATASET, OF_ANOTHER, VERSION
from rich.console import Console

from trainyard.api.v1alpha1.training_job import TrainingJobSpec
from trainyard.training_jobs.identity import inputs_digest, recipe_digest
from trainyardctl.answer import Answer
from trainyardctl.answer_chain import (
    Chapter,
    Proof,
    StoredBundle,
    chain_of,
    chain_tree,
    is_sound,
)
from trainyardctl.snapshot import Snapshot

ANSWER = Answer("wine-1111111111", BUNDLE, "a-7")
JOB: dict[str, Any] = {
    "metadata": {"name": "wine"},
    "spec": {
        "dataset": {"name": "cellar"},
        "estimator": {"class": "sklearn.linear_model.LogisticRegression"},
    },
}
RECIPE = recipe_digest(TrainingJobSpec.model_validate(JOB["spec"]))
STORED = StoredBundle(DATA, RECIPE, 4)
SERVING = {
    "metadata": {"name": "wine"},
    "status": {
        "stable": {"revision": "wine-1111111111", "bundleDigest": BUNDLE, "image": "serving:1"},
        "history": [
            {
                "at": "2026-03-03T12:00:00Z",
                "reason": "Promoted",
                "message": "wine-1111111111 passed; approved by bob",
            },
            {"at": "2026-03-04T12:00:00Z", "reason": "RollingOut", "message": "wine-2222222222"},
        ],
    },
}


def version(**spec: Any) -> dict[str, Any]:
    """Return the version as a run of the recipe gave it, but for this."""
    found: dict[str, Any] = copy.deepcopy(VERSION)
    found["spec"] |= {"recipeDigest": RECIPE, "inputsDigest": inputs_digest(RECIPE, DATA)} | spec
    return found


def namespace(**objects: Any) -> Snapshot:
    """Return the whole of it, but for these kinds."""
    known: dict[str, Any] = {
        "Dataset": [DATASET],
        "TrainingJob": [JOB],
        "ModelVersion": [version()],
        "ModelDeployment": [SERVING],
    }
    return Snapshot("models", known | objects)


def said(*approvals: Any) -> list[Any]:
    """Return the approvals as they are for this ModelDeployment."""
    wine = {"modelDeployment": {"name": "wine"}}
    return [{**one, "spec": one["spec"] | wine} for one in approvals]


def lines(chapters: Any) -> list[str]:
    """Return title and facts of every chapter."""
    return [
        line
        for chapter in chapters
        for line in (
            chapter.title,
            *(f"{link.proof.value} {link.text}" for link in chapter.links),
        )
    ]


def wrong(chapters: Any) -> list[str]:
    """Return what contradicts."""
    return [link.text for c in chapters for link in c.links if link.proof is Proof.WRONG]


def test_the_whole_chain_is_told_and_what_can_be_proven_is() -> None:
    """Answer, release, approval, store, version, recipe, data."""
    chapters = chain_of(ANSWER, namespace(), said(APPROVAL, OF_ANOTHER), STORED)
    assert [
        "answer a-7",
        "ModelDeployment wine",
        "bundle in the store",
        "ModelVersion wine-bbbbbbbbbb",
        "recipe",
        "data",
    ] == [chapter.title for chapter in chapters]
    found = lines(chapters)
    for expected in (
        f"✔ wine-1111111111 is stable and serves bundle {BUNDLE}",
        "· 2026-03-03T12:00:00Z Promoted: wine-1111111111 passed; approved by bob",
        "✔ approved by bob as risk, 2026-03-02T12:00:00Z: said names this bundle",
        "✔ the bytes of its manifest have this digest; 4 files",
        f"✔ names the data of wine-bbbbbbbbbb: {DATA}",
        "✔ its name ends in the digest's bbbbbbbbbb",
        f"✔ recipe and data together are the inputs {inputs_digest(RECIPE, DATA)}",
        (
            "· code, as its container says: revision 0f3c9a1 https://git.example.org/x, with"
            " changes that are in no revision"
        ),
        "· gate good: Passed, roc_auc 0.97 ≥ 0.8",
        f"✔ digest {RECIPE}, as of TrainingJob wine today",
    ):
        assert expected in found, found
    assert found[-1].startswith(f"✔ version {DATA} of Dataset cellar")
    assert not [line for line in found if "eve" in line or "wine-2222222222" in line]
    assert is_sound(chapters)


@pytest.mark.parametrize(
    ("change", "stored", "expected"),
    [
        pytest.param(
            {"ModelVersion": [version(inputsDigest=DATA)]},
            STORED,
            "recipe and data together are the inputs",
            id="other inputs",
        ),
        pytest.param(
            {},
            StoredBundle(BUNDLE, RECIPE, 4),
            "names the data of wine-bbbbbbbbbb",
            id="a bundle of other data",
        ),
        pytest.param(
            {},
            StoredBundle(DATA, DATA, 4),
            "names the recipe of wine-bbbbbbbbbb",
            id="a bundle of another recipe",
        ),
        pytest.param(
            {
                "ModelDeployment": [
                    {
                        "metadata": {"name": "wine"},
                        "status": {"canary": {"revision": "wine-1111111111", "bundleDigest": DATA}},
                    }
                ]
            },
            STORED,
            "wine-1111111111 is canary and serves bundle",
            id="a revision of another bundle",
        ),
    ],
)
def test_what_contradicts_is_told(
    change: dict[str, Any], stored: StoredBundle, expected: str
) -> None:
    """Found and expected beside each other."""
    chapters = chain_of(ANSWER, namespace(**change), (), stored)
    (only,) = wrong(chapters)
    assert only.startswith(expected)
    assert ", expected sha256:" in only
    assert not is_sound(chapters)


def test_what_is_gone_is_said_to_be_and_is_no_contradiction() -> None:
    """The headers alone are left; then the version; then a recipe that was edited since."""
    nothing = chain_of(ANSWER, Snapshot("models", {}), ())
    assert "· no ModelDeployment of this namespace remembers wine-1111111111" in lines(nothing)
    assert "· no ModelVersion of this namespace has this bundle any more" in lines(nothing)
    alone = chain_of(ANSWER, Snapshot("models", {"ModelVersion": [version()]}), ())
    found = lines(alone)
    assert f"· digest {RECIPE}; TrainingJob wine is gone" in found
    assert f"· version {DATA}; no Dataset of this namespace lists it any more" in found
    edited = {**JOB, "spec": {**JOB["spec"], "seed": 8}}
    found = lines(chain_of(ANSWER, namespace(TrainingJob=[edited]), ()))
    assert f"· digest {RECIPE}; TrainingJob wine has another recipe today" in found
    assert is_sound(nothing)
    assert is_sound(alone)


def test_the_yes_of_an_author_is_told_as_one() -> None:
    """Whether it counts the release says."""
    own = {**APPROVAL, "spec": APPROVAL["spec"] | {"approver": "ada"}}
    found = lines(chain_of(ANSWER, namespace(), said(own)))
    assert [line for line in found if "approved by ada as risk, the recipe's author" in line]


def test_it_is_drawn_as_a_tree() -> None:
    """Words of people are no markup."""
    chapters = [Chapter("[red]data", chain_of(ANSWER, namespace(), ())[0].links)]
    console = Console(width=200, no_color=True)
    with console.capture() as drawn:
        console.print(chain_tree(ANSWER, chapters))
    text = drawn.get()
    assert BUNDLE in text.splitlines()[0]
    assert "[red]data" in text
