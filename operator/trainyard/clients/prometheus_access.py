"""How is a Prometheus reached: where, how long, and with which credentials?

Credentials are files of a mounted secret. They are read for each query, so that rotated ones are
used without a restart.
"""

from __future__ import annotations

import ssl
from base64 import b64encode
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

TIMEOUT_SECONDS = 8
TOKEN, USERNAME, PASSWORD, CERTIFICATE = "token", "username", "password", "ca.crt"
HEADER = "header."
"""Before the name of a header, whose value is the file's content."""


class AccessUnusable(Exception):
    """The files cannot be used as they are; names one and says what to do."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What goes with each query; never to be shown."""

    headers: dict[str, str] = field(default_factory=dict, repr=False)
    tls: ssl.SSLContext | None = None
    """None: the machine's own certificates decide."""


@dataclass(frozen=True, slots=True)
class PrometheusAccess:
    """Where it is and what opens it."""

    url: str
    timeout_seconds: int = TIMEOUT_SECONDS
    folder: Path | None = None
    """Of the mounted secret; None: it is open."""

    def credentials(self) -> Credentials:
        """Return what the files say now; raises AccessUnusable."""
        if self.folder is None:
            return Credentials()
        try:
            files = {
                path.name: path.read_text(encoding="utf-8").strip()
                for path in self.folder.iterdir()
                if not path.name.startswith(".")
            }
        except (OSError, UnicodeDecodeError) as fault:
            raise AccessUnusable(f"the secret for Prometheus cannot be read: {fault}") from fault
        return Credentials(_headers(files), _tls(files.get(CERTIFICATE, "")))


def _headers(files: dict[str, str]) -> dict[str, str]:
    broken = [name for name, content in files.items() if name != CERTIFICATE and "\n" in content]
    if broken:
        raise AccessUnusable(f"{broken[0]} of the secret for Prometheus has several lines")
    if TOKEN in files and USERNAME in files:
        raise AccessUnusable(
            f"the secret for Prometheus has {TOKEN} and {USERNAME}: keep one of them"
        )
    headers = {
        name.removeprefix(HEADER): content
        for name, content in files.items()
        if name.startswith(HEADER)
    }
    if USERNAME in files:
        basic = f"{files[USERNAME]}:{files.get(PASSWORD, '')}".encode()
        headers["authorization"] = f"Basic {b64encode(basic).decode()}"
    elif TOKEN in files:
        headers["authorization"] = f"Bearer {files[TOKEN]}"
    return headers


def _tls(certificate: str) -> ssl.SSLContext | None:
    return _context(certificate) if certificate else None


@lru_cache(maxsize=2)
def _context(certificate: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cadata=certificate)
    except ssl.SSLError as fault:
        message = f"{CERTIFICATE} of the secret for Prometheus is no certificate in PEM: {fault}"
        raise AccessUnusable(message) from fault
