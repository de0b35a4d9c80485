"""What people request of a Dataset, told as stories."""

from __future__ import annotations

import pytest
from builders_training import digest, ingest_result, refusal
from dataset_stories import DATASET, refresh_job, with_first_version


def test_a_changed_schema_is_refused_until_somebody_accepts_it() -> None:
    """The condition holds the exact command; carried out, the next refresh locks what it finds."""
    world = with_first_version()
    world.ask(*DATASET, "refresh@now")
    world.settle()
    world.finish(refresh_job(world), refusal("SchemaChanged"))
    world.settle()
    (condition,) = [c for c in world.status(*DATASET)["conditions"] if c["type"] == "DataValid"]
    command = condition["message"].partition("To accept the new schema: ")[2]
    start, _, request = command.partition("trainyard.dev/request=")
    assert start == "kubectl annotate --overwrite -n team dataset tumours "
    world.ask(*DATASET, request)
    world.settle()
    assert world.status(*DATASET)["refresh"].get("lockedSchema") is None
    world.finish(refresh_job(world), {**ingest_result("e", 120), "schemaDigest": digest("6")})
    world.settle()
    assert world.status(*DATASET)["lockedSchema"] == {
        "digest": digest("e"),
        "schemaDigest": digest("6"),
    }


def test_the_same_request_acts_once() -> None:
    """The annotation stays on the object and starts nothing more; another token does."""
    world = with_first_version()
    for request, refreshes in (("refresh@now", 2), ("refresh@now", 2), ("refresh@now#2", 3)):
        world.ask(*DATASET, request)
        world.settle()
        if "refresh" in world.status(*DATASET):
            world.finish(refresh_job(world), ingest_result("d", 100))
            world.settle()
        assert len([name for name in world.created if name.startswith("Job/")]) == refreshes


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param("promote@1", id="a verb of another kind is refused"),
        pytest.param("reset-retrain@now", id="a target of another kind is refused"),
        pytest.param("refresh@tomorrow", id="a refresh cannot be scheduled by request"),
        pytest.param("accept-schema@all", id="a target that does not exist is refused"),
        pytest.param("hello", id="an unknown word is refused"),
    ],
)
def test_what_cannot_be_done_is_refused_with_what_can(request_: str) -> None:
    """The outcome says what a Dataset knows, and nothing else happens."""
    world = with_first_version()
    world.ask(*DATASET, request_)
    world.settle()
    (outcome,) = world.status(*DATASET)["requests"]
    knows = f"{request_}: a Dataset knows refresh@now and accept-schema@now"
    assert (outcome["outcome"], outcome["message"]) == ("Refused", knows)
    assert "refresh" not in world.status(*DATASET)
