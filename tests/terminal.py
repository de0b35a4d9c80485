"""A real terminal of 80 columns in which a program runs."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

CONTROLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass(slots=True)
class Terminal:
    """What the program wrote so far, controls included."""

    program: subprocess.Popen[bytes]
    master: int
    text: str = ""

    def until(self, words: str, seconds: float = 300) -> float:
        """Read until the words were written and return how many seconds that took."""
        begun = time.monotonic()
        while words not in CONTROLS.sub("", self.text):
            left = seconds - (time.monotonic() - begun)
            if left <= 0 or not self._read(left):
                raise AssertionError(f"{words!r} was not written, but: {self.text}")
        return time.monotonic() - begun

    def ended(self, seconds: float = 300) -> int:
        """Return the exit code, once all is read."""
        deadline = time.monotonic() + seconds
        while self._read(max(0.0, deadline - time.monotonic())):
            pass
        return self.program.wait(timeout=max(1.0, deadline - time.monotonic()))

    def lines(self) -> list[str]:
        """Return what is read without controls."""
        return CONTROLS.sub("", self.text).replace("\r\n", "\n").splitlines()

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self.master], [], [], seconds)
        if not ready:
            return False
        try:
            found = os.read(self.master, 65536)
        except OSError:  # Linux says so when the last program has left the terminal
            return False
        self.text += found.decode()
        return bool(found)


@contextmanager
def in_a_terminal(
    command: Sequence[str], environment: Mapping[str, str], *, rows: int = 24, columns: int = 80
) -> Iterator[Terminal]:
    """Give the terminal with the program running; it is ended afterwards."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    program = subprocess.Popen(
        command, stdin=slave, stdout=slave, stderr=slave, env=dict(environment)
    )
    os.close(slave)
    try:
        yield Terminal(program, master)
    finally:
        program.terminate()
        program.wait(timeout=10)
        os.close(master)
