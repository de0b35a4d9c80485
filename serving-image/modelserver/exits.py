"""How does the process end, and where does its last sentence go?"""

from __future__ import annotations

import sys
from contextlib import suppress
from enum import IntEnum
from pathlib import Path

from modelbundle.faults import (
    BundleCorrupt,
    BundleFault,
    BundleNotFound,
    RuntimeMissing,
    StoreDenied,
    StoreFault,
    StoreMissing,
)
from modelserver.settings import SettingsWrong

TERMINATION_LOG = Path("/dev/termination-log")
_MAX_BYTES = 1024


class ExitCode(IntEnum):
    """10–19: trying again changes nothing. 20 and above: it may."""

    DONE = 0
    SETTINGS_WRONG = 10
    MODEL_UNUSABLE = 13
    DIGEST_MISMATCH = 14
    STORE_DENIED = 15
    RUNTIME_MISSING = 16
    STORE_UNREACHABLE = 20
    UNEXPECTED = 21


def exit_code_of(fault: Exception) -> ExitCode:
    """How a process ends that met this fault."""
    for kinds, code in _CODES:
        if isinstance(fault, kinds):
            return code
    return ExitCode.UNEXPECTED


# The first row that fits counts: special faults stand before the general ones.
_CODES: tuple[tuple[type[Exception] | tuple[type[Exception], ...], ExitCode], ...] = (
    (SettingsWrong, ExitCode.SETTINGS_WRONG),
    ((BundleCorrupt, BundleNotFound), ExitCode.DIGEST_MISMATCH),
    (RuntimeMissing, ExitCode.RUNTIME_MISSING),
    (BundleFault, ExitCode.MODEL_UNUSABLE),
    ((StoreDenied, StoreMissing), ExitCode.STORE_DENIED),
    (StoreFault, ExitCode.STORE_UNREACHABLE),
)


def last_words(message: str, termination_log: Path = TERMINATION_LOG) -> None:
    """The message stands on stderr and, in a pod, in the container's termination message."""
    sys.stderr.write(message + "\n")
    if termination_log.exists():
        with suppress(OSError):
            termination_log.write_bytes(message.encode()[:_MAX_BYTES])
