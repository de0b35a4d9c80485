"""How does a participant train on its own rows? A SuperNode, until the pod is ended."""

from __future__ import annotations

import signal
import sys
import tempfile
import time
from pathlib import Path
from types import FrameType

from trainer.federated.flower import quiet, running, supernode
from trainer.pod.environment import Environment
from trainer.pod.result import Result
from trainer.tasks.federation import ParticipateTask

NODE_PORT = "TRAINYARD_NODE_PORT"
"""The variable with another port inside the pod."""
_USUAL_PORT = "9094"
_PAUSE = 5.0


def run(task: ParticipateTask, environment: Environment) -> Result:
    """Returns when the pod is told to end: the coordinator has what it needs, or the Dataset no
    longer allows it.

    A SuperNode that the coordinator does not take (yet) ends, and begins anew.
    """

    def leave(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, leave)
    port = int(environment.variables.get(NODE_PORT, _USUAL_PORT))
    address = f"{task.address}:{task.port}"
    command = supernode(environment.keys, address, task.participant, port)
    try:
        while True:
            with (
                tempfile.TemporaryDirectory(prefix="flower-") as home,
                running(command, quiet(environment.variables, Path(home))) as process,
            ):
                code = process.wait()
            sys.stderr.write(f"the SuperNode ended with code {code} and begins anew\n")
            time.sleep(_PAUSE)
    except KeyboardInterrupt:
        sys.stderr.write("the participation is over\n")
        return Result({})
