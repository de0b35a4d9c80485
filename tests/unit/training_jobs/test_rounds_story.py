"""Rounds in the status of a TrainingJob, from the first one to the end of the run.

Proves: operator/trainyard/training_jobs/federation.py, operator/trainyard/training_jobs/observe.py
"""

from __future__ import annotations

import hashlib
import json

from builders_training import train_result
from federated_stories import CERTIFICATE, MODEL, WARDS, a_world, certified, leave, ward
from training_world import TrainingWorld

from trainyard.clients.coordinator_doors import Door, DoorSilent
from trainyard.jobs.federated_pods import COORDINATOR_PORT
from trainyard.training_jobs.federation import LOOKED_AFTER


class Doors:
    """What coordinators say; nobody waits for it."""

    def __init__(self) -> None:
        self.answer: bytes | DoorSilent = b"{}"
        self.asked: list[Door] = []

    async def progress(self, door: Door) -> bytes:
        """See CoordinatorDoors.progress."""
        self.asked.append(door)
        if isinstance(self.answer, DoorSilent):
            raise self.answer
        return self.answer


def coordinates(world: TrainingWorld, run: str) -> None:
    """Have the coordinating container of the run's pod begin."""
    leave(world, run, "certify", {"outcome": "Succeeded", "certificate": CERTIFICATE})
    pod = world.raw("Pod", f"{run}-pod")
    running = {"name": "coordinate", "state": {"running": {"startedAt": world.now.isoformat()}}}
    statuses = [*pod["status"]["containerStatuses"], running]
    world.put({**pod, "status": {"containerStatuses": statuses, "podIP": "10.0.0.7"}})


def test_rounds_are_told_while_they_go_on() -> None:
    """The coordinator's own pod is asked, by the run's certificate; a silent one is no fault, and
    nothing is written where nothing changed.
    """
    world = a_world(*map(ward, WARDS))
    world.doors = doors = Doors()
    run = certified(world)
    assert not doors.asked
    coordinates(world, run)
    world.settle()
    address = f"{world.names('Service')[0]}.team.svc"
    assert doors.asked[0] == Door("10.0.0.7", COORDINATOR_PORT, address, CERTIFICATE)
    mark = hashlib.sha256(b"team/ward-a").hexdigest()[:16]
    told = {"round": 3, "rounds": 10, "counted": {mark: 3}, "newest": [mark], "loss": 0.25}
    doors.answer = json.dumps(told).encode()
    world.settle()
    rounds = world.status(*MODEL)["rounds"]
    assert (rounds["round"], rounds["planned"], rounds["loss"]) == (3, 10, "0.25")
    assert rounds["participants"] == [{"dataset": "team/ward-a", "rounds": 3, "inNewest": True}]
    why = world.status(*MODEL)["summary"]["why"]
    assert "round 3 of 10: 1 of 1 participants" in why
    plan = world.plans()["TrainingJob/model"]
    assert plan.again_after == LOOKED_AFTER
    assert plan.status is not None
    assert plan.status.to_api() == world.status(*MODEL)
    doors.answer = DoorSilent("nobody answers")
    world.settle()
    assert world.status(*MODEL)["rounds"]["state"] == "Unknown"
    before = world.raw(*MODEL)["metadata"]["resourceVersion"]
    doors.answer = DoorSilent("nobody answers, in other words")
    world.settle()
    assert world.raw(*MODEL)["metadata"]["resourceVersion"] == before
    world.finish(run, train_result())
    world.settle()
    assert "rounds" not in world.status(*MODEL)
