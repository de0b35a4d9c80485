"""A BatchPrediction as GitOps tools see it: what is offered is done, and nothing is drift."""

from __future__ import annotations

from argo_cd import buttons, health, pressed
from batch_stories import NAME, BatchWorld

from trainyard.ownership import REQUEST


def press(world: BatchWorld, name: str) -> None:
    """Press the button, which has to be offered; the operator does it."""
    raw = world.raw("BatchPrediction", NAME)
    assert buttons(raw)[name]
    world.request(pressed(raw, name)["metadata"]["annotations"][REQUEST])
    assert "Done" == world.batch["requests"][-1]["outcome"]


def offered(world: BatchWorld) -> set[str]:
    """Return the buttons that can be pressed."""
    return {n for n, on in buttons(world.raw("BatchPrediction", NAME)).items() if on}


def test_buttons_follow_the_run() -> None:
    """Each is offered while the operator would do it."""
    world = BatchWorld()
    assert set() == offered(world)
    world.settle()
    assert {"run", "abort"} == offered(world)
    press(world, "abort")
    assert {"run", "retry"} == offered(world)
    press(world, "retry")
    world.lose(world.job)
    world.settle()
    assert {"run", "retry", "abort"} == offered(world)
    world.wait(11)
    world.settle()
    world.whole_run()
    assert {"run"} == offered(world)
    world.wait(1)
    press(world, "run")
    assert {"run", "abort"} == offered(world)
    world.edit(suspend=True)
    assert {"abort"} == offered(world)


def test_a_run_that_ended_well_is_healthy_and_a_lost_one_degraded() -> None:
    """Rows that were set aside are no reason to fail a sync."""
    world = BatchWorld(attempts={"maxRetries": 0})
    world.settle()
    raw = "BatchPrediction", NAME
    assert "Progressing" == health(world.raw(*raw))[0]
    world.lose(world.job)
    world.settle()
    assert "Degraded" == health(world.raw(*raw))[0]
    world.request("retry@now")
    assert "Progressing" == health(world.raw(*raw))[0]
    world.whole_run(set_aside=3)
    assert "Healthy" == health(world.raw(*raw))[0]
    world.edit(suspend=True)
    assert "Suspended" == health(world.raw(*raw))[0]
