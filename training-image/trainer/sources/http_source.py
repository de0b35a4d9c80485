"""How is a file read from an http or https URL, in one stream and from allowed addresses only?"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import PurePosixPath
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from trainer.pod.exits import MachineFault, Reason, UserFault
from trainer.sources.addresses import resolve
from trainer.sources.source_file import OpenedFile, SourceFile

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """Seconds without a byte until a source counts as gone, redirects followed, bytes per read."""

    timeout_seconds: float = 30.0
    max_redirects: int = 5
    chunk_bytes: int = 1 << 20


def http_file(url: str, limits: HttpLimits) -> SourceFile:
    """The one file behind the URL. Raises UserFault for a URL that is not plain http or https."""
    parts = _checked(url)
    name = unquote(PurePosixPath(parts.path).name) or parts.hostname or "download"
    return SourceFile(name, lambda: _opened(url, limits))


def _checked(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port_is_fine = parts.port != 0
    except ValueError as error:
        raise UserFault(Reason.SOURCE_INVALID, f"source url {_shown(url)!r}: {error}") from error
    if parts.scheme not in _PORTS or not parts.hostname or not port_is_fine:
        raise UserFault(
            Reason.SOURCE_INVALID,
            f"source url {_shown(url)!r}: only http:// and https:// with a host are read",
        )
    if parts.username is not None or parts.password is not None:
        raise UserFault(
            Reason.SOURCE_INVALID,
            "source url holds a user name or password, which anyone who may read the Dataset would"
            " see; use an s3 source with a secretName",
        )
    return parts


def _opened(url: str, limits: HttpLimits) -> OpenedFile:
    for _ in range(limits.max_redirects + 1):
        parts = _checked(url)
        # A response outlives its connection object where the server closes: both are closed.
        with ExitStack() as opened:
            connection = opened.enter_context(closing(_connected(parts, limits)))
            response = opened.enter_context(closing(_asked(connection, parts)))
            if response.status not in _REDIRECTS:
                modified = _accepted(url, response)
                later = opened.pop_all()
                return OpenedFile(_chunks(url, response, limits, later), modified)
            url = _redirected(url, parts, response.getheader("Location"))
    raise UserFault(
        Reason.SOURCE_INVALID,
        f"source url: more than {limits.max_redirects} redirects, last {_shown(url)}",
    )


def _redirected(url: str, parts: SplitResult, location: str | None) -> str:
    if not location:
        raise UserFault(
            Reason.SOURCE_INVALID, f"source {_shown(url)}: a redirect that leads nowhere"
        )
    target = urljoin(url, location)
    if parts.scheme == "https" and urlsplit(target).scheme == "http":
        raise UserFault(
            Reason.SOURCE_FORBIDDEN,
            f"source {_shown(url)}: redirects from https to plain http ({_shown(target)})",
        )
    return target


def _connected(parts: SplitResult, limits: HttpLimits) -> http.client.HTTPConnection:
    """Connected to an address that was checked: a second look-up could answer another one."""
    host = parts.hostname or ""
    port = parts.port or _PORTS[parts.scheme]
    problem: OSError = OSError("no address")
    for address in resolve(host, port):
        try:
            plain = socket.create_connection((address, port), limits.timeout_seconds)
            connection = http.client.HTTPConnection(host, port, timeout=limits.timeout_seconds)
            connection.sock = _secured(plain, host) if parts.scheme == "https" else plain
        except ssl.SSLCertVerificationError as error:
            raise UserFault(
                Reason.SOURCE_FORBIDDEN,
                f"source {host}: its certificate is not trusted ({error.verify_message})",
            ) from error
        except OSError as error:
            problem = error
        else:
            return connection
    raise _gone(parts.geturl(), problem) from problem


def _secured(plain: socket.socket, host: str) -> ssl.SSLSocket:
    try:
        return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    except OSError:
        plain.close()
        raise


def _asked(connection: http.client.HTTPConnection, parts: SplitResult) -> http.client.HTTPResponse:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"Accept-Encoding": "identity", "User-Agent": "trainyard-ingest"}
    try:
        connection.request("GET", target, headers=headers)
        return connection.getresponse()
    except (OSError, http.client.HTTPException) as error:
        raise _gone(parts.geturl(), error) from error


def _accepted(url: str, response: http.client.HTTPResponse) -> datetime | None:
    """When the file was changed. Raises a fault for all answers but a file."""
    status = response.status
    if status in {404, 410}:
        raise UserFault(
            Reason.SOURCE_NOT_FOUND, f"source {_shown(url)} answers {status}: nothing there"
        )
    if status in {401, 403, 407}:
        raise UserFault(
            Reason.SOURCE_FORBIDDEN, f"source {_shown(url)} answers {status}: access refused"
        )
    if status in {408, 425, 429} or status >= 500:
        raise MachineFault(Reason.SOURCE_UNREACHABLE, f"source {_shown(url)} answers {status}")
    if status != 200:
        raise UserFault(Reason.SOURCE_INVALID, f"source {_shown(url)} answers {status}, not 200")
    encoding = response.getheader("Content-Encoding", "identity")
    if encoding.lower() not in {"", "identity"}:
        raise UserFault(
            Reason.FORMAT_UNREADABLE,
            f"source {_shown(url)} sends Content-Encoding {encoding} although none was accepted",
        )
    return _moment(response.getheader("Last-Modified"))


def _chunks(
    url: str, response: http.client.HTTPResponse, limits: HttpLimits, opened: ExitStack
) -> Iterator[bytes]:
    """All bytes; a connection that breaks off early raises, so that half a file is never data."""
    expected, found = response.length, 0
    with opened:
        try:
            while chunk := response.read(limits.chunk_bytes):
                found += len(chunk)
                yield chunk
        except (OSError, http.client.HTTPException) as error:
            raise _gone(url, error) from error
    # read(n) does not complain when the peer closes before Content-Length bytes came.
    if expected is not None and found != expected:
        raise MachineFault(
            Reason.SOURCE_UNREACHABLE,
            f"source {_shown(url)} broke off after {found} of {expected} bytes",
        )


def _moment(header: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(header) if header else None
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found and found.tzinfo is None else found


def _shown(url: str) -> str:
    """The URL without user and query: signed URLs carry their credentials there."""
    head = url.partition("?")[0][:200]
    scheme, mark, rest = head.partition("://")
    return f"{scheme}{mark}{rest.rpartition('@')[2]}"


def _gone(url: str, error: Exception) -> MachineFault:
    what = str(error) or type(error).__name__
    return MachineFault(Reason.SOURCE_UNREACHABLE, f"source {_shown(url)} does not answer: {what}")
