"""Operators in quick succession: modules are imported once, each line on stdin forks a new one.

Prints the process id of each, and its exit code once it ended. Importing takes seconds and is the
same each time; everything after it is the operator's own start. With `serving` as the argument
they look after ModelDeployments alone.
"""

import os
import sys
from collections.abc import Callable

from serving_operator import main as serving_main

from trainyard.main import main
from trainyard.process.loop_lag import run_measured


def serve(operator: Callable[[], int]) -> None:
    """Fork an operator per line until stdin ends; there is one at a time."""
    while sys.stdin.readline():
        process = os.fork()
        if not process:
            os._exit(operator())
        print(process, flush=True)  # noqa: T201
        _, status = os.waitpid(process, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201


def serving_alone() -> int:
    """Run an operator of ModelDeployments."""
    return run_measured(serving_main)


if __name__ == "__main__":
    serve(serving_alone if sys.argv[1:] == ["serving"] else main)
