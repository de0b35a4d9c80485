"""How does a participant train on its own rows? A SuperNode, until the pod is ended."""

from __future__ import annotations

import signal
import ssl
import sys
import tempfile
import time
from pathlib import Path
from types import FrameType

import httpx

from trainer.federated.credentials import CERTIFICATE_NAME, PUBLIC_KEY_NAME
from trainer.federated.enrolment import key_digest
from trainer.federated.flower import quiet, running, supernode
from trainer.pod.environment import Environment
from trainer.pod.result import Result
from trainer.tasks.federation import ParticipateTask

NODE_PORT = "TRAINYARD_NODE_PORT"
"""The variable with another port inside the pod."""
_USUAL_PORT = "9094"
_PAUSE = 5.0
_ASKS_EVERY = 1.0
_SECONDS = 10.0


def run(task: ParticipateTask, environment: Environment) -> Result:
    """Returns when the pod is told to end: the coordinator has what it needs, or the Dataset no
    longer allows it.

    The SuperNode starts when the coordinator says that its key is enrolled, and begins anew where
    it ends before its time.
    """

    def leave(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, leave)
    port = int(environment.variables.get(NODE_PORT, _USUAL_PORT))
    address = f"{task.address}:{task.port}"
    command = supernode(environment.keys, address, task.participant, port)
    try:
        while True:
            _await_enrolment(environment.keys, address)
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


def _await_enrolment(keys: Path, address: str) -> None:
    """The coordinator knows the key: a SuperNode that it does not know would only end in errors."""
    digest = key_digest((keys / PUBLIC_KEY_NAME).read_text(encoding="utf-8"))
    trusted = ssl.create_default_context(cafile=str(keys / CERTIFICATE_NAME))
    told = ""
    with httpx.Client(verify=trusted, timeout=_SECONDS, trust_env=False) as client:
        while True:
            try:
                answer = client.get(f"https://{address}/enrolled/{digest}")
                said = "" if answer.is_success else "waiting to be enrolled"
            except httpx.TransportError as error:
                said = f"waiting for the coordinator at {address}: {error}"
            if not said:
                return
            if said != told:
                sys.stderr.write(f"{said}\n")
                told = said
            time.sleep(_ASKS_EVERY)
