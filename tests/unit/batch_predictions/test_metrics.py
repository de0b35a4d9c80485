"""What /metrics shows of a BatchPrediction."""

from __future__ import annotations

from batch_stories import BatchWorld

from trainyard.api.v1alpha1.batch_prediction import BatchPrediction
from trainyard.batch_predictions.metrics import state_of


def samples(world: BatchWorld) -> dict[tuple[str, ...], float]:
    """Return the values by metric and labels."""
    batch = BatchPrediction.model_validate(world.raw("BatchPrediction", "daily"))
    return {(s.metric, *s.labels.values()): s.value for s in state_of(batch)}


def test_rows_by_what_became_of_them() -> None:
    """Of the last run; nothing before there is one."""
    world = BatchWorld()
    world.settle()
    rows = "batchprediction_rows"
    assert {(rows, "scored"): 0, (rows, "set_aside"): 0} == samples(world)
    world.whole_run(set_aside=2)
    assert {(rows, "scored"): 18, (rows, "set_aside"): 2} == samples(world)


def test_what_stalls_it() -> None:
    """With the reason."""
    world = BatchWorld(attempts={"maxRetries": 0})
    world.settle()
    world.lose(world.job)
    world.settle()
    assert 1 == samples(world)["batchprediction_stalled", "RunFailed"]
