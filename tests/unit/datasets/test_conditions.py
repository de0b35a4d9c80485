"""What the conditions of a Dataset say."""

from __future__ import annotations

import pytest
from builders_training import digest, raw_dataset, refusal
from dataset_stories import DATASET, refresh_job, with_first_version
from training_world import TrainingWorld


def test_bad_data_keeps_the_last_good_version_ready() -> None:
    """The refusal names check, column, count and examples; the version before stays current."""
    world = with_first_version()
    world.ask(*DATASET, "refresh@now")
    world.settle()
    world.finish(refresh_job(world), refusal())
    world.settle()
    status = world.status(*DATASET)
    assert status["current"]["digest"] == digest("d")
    assert world.condition(*DATASET, "Ready") == ("True", "VersionFound")
    assert world.condition(*DATASET, "DataValid") == ("False", "DataRefused")
    expected = (
        "Range in column radius, 2 of 100 rows: below 0 (row 17: -3.2; row 40: -1). "
        "Version dddddddddddd stays current"
    )
    (condition,) = [c for c in status["conditions"] if c["type"] == "DataValid"]
    assert condition["message"] == expected
    assert status["why"] == f"DataRefused: {expected}"


def test_a_wrong_schedule_stalls_the_schedule_and_nothing_else() -> None:
    """The version found stays Ready and the message says what to write."""
    world = with_first_version(refresh={"cron": "every day at"})
    assert world.condition(*DATASET, "Ready") == ("True", "VersionFound")
    assert world.condition(*DATASET, "Stalled") == ("True", "SpecInvalid")
    world.ask(*DATASET, "refresh@now")
    world.settle()
    assert world.status(*DATASET)["refresh"]["phase"] == "Pending"
    assert world.condition(*DATASET, "Reconciling") is None


@pytest.mark.parametrize(
    ("reason", "shown", "words"),
    [
        pytest.param(
            "SourceNotFound", "SourceNotFound", "gone; tried again", id="nothing is there"
        ),
        pytest.param(
            "StoreDenied", "WaitingToRetry", "StoreDenied: gone; tried again", id="no keys"
        ),
        pytest.param("SourceForbidden", "WaitingToRetry", "SourceForbidden: gone", id="refused"),
    ],
)
def test_what_may_mend_says_what_it_waits_for(reason: str, shown: str, words: str) -> None:
    """A source that refuses is not called missing, and no reason is said twice."""
    world = TrainingWorld(raw_dataset())
    world.settle()
    said = f'{{"outcome":"Failed","reason":"{reason}","message":"gone"}}'
    world.fail(refresh_job(world), 25, said)
    world.settle()
    assert world.condition(*DATASET, "Reconciling") == ("True", shown)
    assert world.status(*DATASET)["why"].startswith(f"{shown}: {words}")


def test_a_pod_that_is_refused_says_why() -> None:
    """In the condition and in the column; nothing else tells it apart from slow work."""
    world = TrainingWorld(raw_dataset())
    world.settle()
    world.refuse_pod(refresh_job(world), 'no PriorityClass with name "nope" was found')
    world.settle()
    expected = 'FailedCreate: no PriorityClass with name "nope" was found'
    (condition,) = [c for c in world.status(*DATASET)["conditions"] if c["type"] == "Reconciling"]
    assert condition["message"].endswith(expected)
    assert world.status(*DATASET)["why"].endswith(expected)


def test_a_pod_whose_store_is_on_another_node_says_so_long_before_its_deadline() -> None:
    """In the condition and in the column."""
    world = TrainingWorld(raw_dataset())
    world.settle()
    world.refuse_volume(refresh_job(world), 'Multi-Attach error for volume "pvc-1"')
    world.wait(31)
    world.settle()
    (condition,) = [c for c in world.status(*DATASET)["conditions"] if c["type"] == "Reconciling"]
    for told in (condition["message"], world.status(*DATASET)["why"]):
        assert "make it ReadWriteMany, use S3" in told


def test_only_a_refresh_of_a_changed_spec_is_reconciling() -> None:
    """Others come every few minutes: what waits for the object must not wait for these."""
    world = with_first_version()
    world.ask(*DATASET, "refresh@now")
    world.settle()
    assert world.condition(*DATASET, "Reconciling") is None
    assert world.condition(*DATASET, "Refreshing") == ("True", "Refreshing")
    assert world.status(*DATASET)["why"].startswith("Refreshing: refresh tumours-")
    world.change(*DATASET, target="outcome")
    world.settle()
    assert world.condition(*DATASET, "Reconciling") == ("True", "Refreshing")
    assert world.condition(*DATASET, "Refreshing") is None


def test_a_sentence_ends_once() -> None:
    """Whatever the container's last words ended with."""
    world = TrainingWorld(raw_dataset())
    world.settle()
    world.fail(refresh_job(world), 15, '{"outcome":"Failed","reason":"R","message":"no parquet."}')
    world.settle()
    expected = "RefreshFailed: R: no parquet. Change the spec, or request refresh@now"
    assert expected == world.status(*DATASET)["why"]
