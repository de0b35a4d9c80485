"""Operators in quick succession: modules are imported once, each line on stdin forks a new one.

Prints the process id of each, and its exit code once it ended. Importing takes seconds and is the
same each time; everything after it is the operator's own start.
"""

import os
import sys

from trainyard.main import main


def serve() -> None:
    """Fork an operator per line until stdin ends; there is one at a time."""
    while sys.stdin.readline():
        process = os.fork()
        if not process:
            os._exit(main())
        print(process, flush=True)  # noqa: T201
        _, status = os.waitpid(process, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201


if __name__ == "__main__":
    serve()
