"""Is what user code left behind a plain file of bearable size?

User code shares a volume with a container that has credentials. A link would make that container
read its own secrets into a bundle; a pipe would make it wait for ever.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from trainer.pod.exits import Reason, UserFault

_CHUNK_BYTES = 1 << 20


@contextmanager
def open_plain_file(path: Path) -> Iterator[IO[bytes]]:
    """The open file. Raises UserFault(ModelUnreadable) when it is missing, a link or no file."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise UserFault(
            Reason.MODEL_UNREADABLE,
            f"{path} cannot be read ({error.strerror}); it must be a plain file, not a link",
        ) from error
    with os.fdopen(handle, "rb") as source:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise UserFault(
                Reason.MODEL_UNREADABLE, f"{path} is not a plain file; write the file itself"
            )
        yield source


def read_plain_file(path: Path, limit: int) -> bytes:
    """The bytes of a plain file. Raises UserFault(ModelUnreadable), also above `limit` bytes."""
    with open_plain_file(path) as source:
        content = source.read(limit + 1)
    if len(content) > limit:
        raise UserFault(
            Reason.MODEL_UNREADABLE, f"{path} is larger than the {limit} bytes that are read"
        )
    return content


def copy_plain_file(path: Path, destination: Path) -> None:
    """`destination` holds the bytes of a plain file. Raises UserFault(ModelUnreadable)."""
    with open_plain_file(path) as source, destination.open("wb") as target:
        while chunk := source.read(_CHUNK_BYTES):
            target.write(chunk)
