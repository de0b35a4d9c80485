"""How does it stay apart from everything else on the machine? In namespaces of its own.

In its network all addresses of 10.0.0.0/8 are this machine's, so that one socket answers for every
played pod and Service, and no port is anybody else's. Its processes end with it, however it ends.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from types import FrameType

_MARK = "TRAINYARD_BENCHMARK_APART"
_UNSHARE = ("unshare", "--net", "--pid", "--fork", "--kill-child", "--mount-proc")
_NETWORK = (
    ("ip", "link", "set", "lo", "up"),
    ("ip", "route", "add", "local", "10.0.0.0/8", "dev", "lo"),
)


def is_apart(environment: Mapping[str, str]) -> bool:
    """True in the process that `apart` started."""
    return bool(environment.get(_MARK))


def apart(command: Sequence[str]) -> int:
    """The exit code of the command, run apart; root is not needed.

    On SIGTERM everything of it is killed.
    """
    user = () if os.geteuid() == 0 else ("--user", "--map-root-user")
    signal.signal(signal.SIGTERM, _leave)
    process = subprocess.Popen((*_UNSHARE, *user, *command), env={**os.environ, _MARK: "1"})
    try:
        return process.wait()
    except KeyboardInterrupt:
        return process.wait()  # it was interrupted too, and tidies up
    finally:
        process.kill()  # unshare itself heeds no other signal


def _leave(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
    sys.exit(128 + number)


def answer_for_all() -> None:
    """From now on, whatever is sent to 10.0.0.0/8 in this network arrives here."""
    for command in _NETWORK:
        subprocess.run(command, check=True)
