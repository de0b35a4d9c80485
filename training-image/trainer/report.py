"""What did a finished run find? Prints the stored result of a run whose own message was lost."""

from __future__ import annotations

from trainer.pod.environment import Environment
from trainer.pod.result import Result
from trainer.pod.storing import open_environment_store, stored_result


def run(environment: Environment) -> Result:
    """The result in TRAINYARD_RESULT. Raises UserFault ResultNotFound (exit 25) without one."""
    store = open_environment_store(environment)
    return Result(stored_result(store, environment.require_result()))
