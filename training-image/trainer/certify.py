"""With which certificate does the coordinator of a run serve? A new one; its key stays here."""

from __future__ import annotations

from datetime import UTC, datetime

from trainer.federated.credentials import write_certificate
from trainer.federated.recipes import federated_recipe
from trainer.pod.environment import Environment
from trainer.pod.result import Result
from trainer.tasks.train_task import TrainTask


def run(task: TrainTask, environment: Environment) -> Result:
    """The volume `keys` holds key and certificate; the result has the certificate."""
    environment.keys.mkdir(parents=True, exist_ok=True)
    address = federated_recipe(task).address
    certificate = write_certificate(environment.keys, address, datetime.now(UTC))
    return Result({"verb": "certify", "outcome": "Succeeded", "certificate": certificate})
