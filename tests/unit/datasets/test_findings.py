"""What the conditions of a Dataset say."""

from __future__ import annotations

import pytest
from builders_training import digest, raw_dataset, refusal
from dataset_stories import DATASET, look_job, with_first_version
from training_world import TrainingWorld


def test_bad_data_keeps_the_last_good_version_ready() -> None:
    """The refusal names check, column, count and examples; the version before stays current."""
    world = with_first_version()
    world.ask(*DATASET, "refresh@now")
    world.settle()
    world.finish(look_job(world), refusal())
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


@pytest.mark.parametrize(
    ("reason", "shown", "words"),
    [
        pytest.param("SourceNotFound", "SourceNotFound", "gone; looks", id="nothing is there"),
        pytest.param("StoreDenied", "WaitingToRetry", "StoreDenied: gone; looks", id="no keys"),
        pytest.param("SourceForbidden", "WaitingToRetry", "SourceForbidden: gone", id="refused"),
    ],
)
def test_what_may_mend_says_what_it_waits_for(reason: str, shown: str, words: str) -> None:
    """A source that refuses is not called missing, and no reason is said twice."""
    world = TrainingWorld(raw_dataset())
    world.settle()
    said = f'{{"outcome":"Failed","reason":"{reason}","message":"gone"}}'
    world.fail(look_job(world), 25, said)
    world.settle()
    assert world.condition(*DATASET, "Reconciling") == ("True", shown)
    assert world.status(*DATASET)["why"].startswith(f"{shown}: {words}")


def test_a_sentence_ends_once() -> None:
    """Whatever the container's last words ended with."""
    world = TrainingWorld(raw_dataset())
    world.settle()
    world.fail(look_job(world), 15, '{"outcome":"Failed","reason":"R","message":"no parquet."}')
    world.settle()
    expected = "LookFailed: R: no parquet. Change the spec, or ask for another look"
    assert expected == world.status(*DATASET)["why"]
