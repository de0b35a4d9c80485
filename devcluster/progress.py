"""Lines that tell what happens and for how long."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from devcluster.refusal import failed

HEARTBEAT_SECONDS = 15


def elapsed(seconds: float) -> str:
    """A duration as a person says it: `4 s`, `4 min 06 s`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    return f"{whole // 60} min {whole % 60:02d} s"


class Progress:
    """Writes one line per step to standard error, so that standard output stays for answers."""

    def __init__(self, quiet: bool = False) -> None:
        self._quiet = quiet

    def say(self, text: str) -> None:
        """The line is written at once."""
        if not self._quiet:
            print(f"devcluster: {text}", file=sys.stderr, flush=True)

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """`what` is announced, and its duration told when it ends well."""
        began = time.monotonic()
        self.say(what)
        yield
        self.say(f"{what}: done in {elapsed(time.monotonic() - began)}")

    def run(
        self, what: str, command: Sequence[str], log: Path, environment: Mapping[str, str]
    ) -> None:
        """The command ended well, its output is in `log`, a line each 15 s told that it runs.

        Raises StepFailed with the end of the log otherwise.
        """
        log.parent.mkdir(parents=True, exist_ok=True)
        began = time.monotonic()
        with log.open("ab") as output:
            output.write(f"$ {' '.join(command)}\n".encode())
            output.flush()
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(environment),
            )
            try:
                self._wait(child, what, began)
            except BaseException:
                child.terminate()
                child.wait()
                raise
        if child.returncode != 0:
            raise failed(f"{what}: failed with exit code {child.returncode}", log)

    def _wait(self, child: subprocess.Popen[bytes], what: str, began: float) -> None:
        while True:
            try:
                child.wait(timeout=HEARTBEAT_SECONDS)
            except subprocess.TimeoutExpired:
                self.say(f"{what}: {elapsed(time.monotonic() - began)} so far")
            else:
                return
