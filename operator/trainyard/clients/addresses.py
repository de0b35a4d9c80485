"""Who outside the cluster is posted to? Whom the files of a mounted secret name.

An address opens what it names, so no message of a fault shows it, nor what is answered: it ends up
in a status. Files are read for each post, so rotated ones are used without a restart.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from trainyard.clients.http_answers import NoAnswer

AUTHORIZATION = ".authorization"
"""Behind a name: the file with the header of that name, where it wants one."""


class NotDelivered(Exception):
    """Somebody outside did not take it; says why without the address."""


class RefusedForGood(NotDelivered):
    """Somebody outside was asked and will never take this one as it is; others it may take."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where to post, and what goes with it; never to be shown."""

    url: str = field(repr=False)
    headers: dict[str, str] = field(default_factory=dict, repr=False)


class Addresses:
    """The addresses in one folder."""

    def __init__(self, folder: Path | None, secret: str) -> None:
        """`secret` is how the folder is called where a name is missing in it."""
        self._folder = folder
        self._secret = secret

    def of(self, name: str) -> Address:
        """Return the address of that name; raises NotDelivered where there is none."""
        url, authorization = self._file(name), self._file(f"{name}{AUTHORIZATION}")
        if not url:
            raise NotDelivered(f"the secret of {self._secret} has no address under {name}")
        return Address(url, {"authorization": authorization} if authorization else {})

    def _file(self, name: str) -> str:
        try:
            return (self._folder / name).read_text("utf-8").strip() if self._folder else ""
        except (OSError, UnicodeDecodeError):
            return ""


def without_address(fault: NoAnswer) -> str:
    """Return why nobody answered as expected, without saying who."""
    if fault.status:
        return f"it answers {fault.status}"
    return f"it does not answer ({type(fault.__cause__ or fault).__name__})"
