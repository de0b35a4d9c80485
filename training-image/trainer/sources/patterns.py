"""Which of many names does a source's path mean?"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from trainer.pod.exits import Reason, UserFault

_WILDCARD = re.compile(r"[*?]")


def has_wildcard(path: str) -> bool:
    """True when the path means several names by `*`, `?` or `**`."""
    return _WILDCARD.search(path) is not None


def fixed_prefix(path: str) -> str:
    """The folder before the first wildcard, ending in / unless empty: what has to be listed."""
    found = _WILDCARD.search(path)
    head = path[: found.start()] if found else path
    return head[: head.rfind("/") + 1]


def matches(name: str, path: str) -> bool:
    """True when the name is meant: equal, below a folder written with / at its end, or matching.

    `*` and `?` stay inside one folder, `**` crosses folders. An empty path means everything.
    """
    if path == "" or path.endswith("/"):
        return name.startswith(path)
    return re.fullmatch(_expression(path), name) is not None


def may_hold(folder: str, path: str) -> bool:
    """False where no name below the folder can be meant."""
    if path == "" or path.endswith("/"):
        return f"{folder}/".startswith(path) or path.startswith(f"{folder}/")
    steps = path.split("/")
    for place, part in enumerate(folder.split("/")):
        if "**" in steps[place]:
            return True
        if place == len(steps) - 1 or not matches(part, steps[place]):
            return False
    return True


def is_data(name: str) -> bool:
    """False for what file systems and writers leave beside data: hidden names, `_SUCCESS`."""
    return not any(part.startswith((".", "_")) for part in PurePosixPath(name).parts)


def checked_path(path: str) -> str:
    """The path without a leading slash. Raises UserFault for one that climbs out with `..`."""
    if ".." in PurePosixPath(path).parts or "\\" in path or "\0" in path:
        raise UserFault(
            Reason.SOURCE_INVALID,
            f"source path {path!r}: .. and backslashes are refused; name a path below the source",
        )
    return path.lstrip("/")


def _expression(path: str) -> str:
    pieces = re.split(r"(\*\*/|\*\*|\*|\?)", path)
    meaning = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return "".join(meaning.get(piece, re.escape(piece)) for piece in pieces)
