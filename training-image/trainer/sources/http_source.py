"""How is a file read from an http or https URL, in one stream and from allowed addresses only?"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import PurePosixPath
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

from trainer.pod.exits import MachineFault, Reason, UserFault
from trainer.sources.addresses import resolve
from trainer.sources.proxies import Proxy, proxy_of
from trainer.sources.source_file import OpenedFile, SourceFile

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PORTS = {"http": 80, "https": 443}
_KEPT = "/%:@!$&'()*+,;=~?[]"
_UNPACKED = frozenset({"", "identity", "gzip", "x-gzip", "zstd", "bzip2"})
"""Encodings of a whole file: readers tell compression by the bytes, whatever they are called."""


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
    return SourceFile(name, lambda: _opened(url, limits), lambda: _tag_now(url, limits))


def _opened(url: str, limits: HttpLimits) -> OpenedFile:
    answer = _answered(url, limits)
    chunks = _chunks(answer, limits)
    return OpenedFile(chunks, answer.modified, _tag(answer.response))


def _tag_now(url: str, limits: HttpLimits) -> str | None:
    """What the server says first; the rest of its answer is not read. Many refuse HEAD."""
    answer = _answered(url, limits)
    with answer.opened:
        return _tag(answer.response)


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


@dataclass(frozen=True, slots=True)
class _Answer:
    """The file behind the last redirect; `opened` closes connection and response."""

    url: str
    response: http.client.HTTPResponse
    modified: datetime | None
    opened: ExitStack


def _answered(url: str, limits: HttpLimits) -> _Answer:
    for _ in range(limits.max_redirects + 1):
        parts = _checked(url)
        # A response outlives its connection object where the server closes: both are closed.
        with ExitStack() as opened:
            connection = opened.enter_context(closing(_connected(parts, limits)))
            response = opened.enter_context(closing(_asked(connection, parts)))
            if response.status not in _REDIRECTS:
                modified = _accepted(url, response)
                return _Answer(url, response, modified, opened.pop_all())
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
    host = _ascii_host(parts.hostname or "")
    port = parts.port or _PORTS[parts.scheme]
    proxy = proxy_of(parts.scheme, host)
    if proxy is not None:
        return _through(proxy, parts, (host, port), limits)
    problem: OSError = OSError("no address")
    for address in resolve(host, port):
        try:
            plain = socket.create_connection((address, port), limits.timeout_seconds)
            connection = http.client.HTTPConnection(host, port, timeout=limits.timeout_seconds)
            connection.sock = _secured(plain, host) if parts.scheme == "https" else plain
        except ssl.SSLCertVerificationError as error:
            raise _untrusted(host, error) from error
        except OSError as error:
            problem = error
        else:
            return connection
    raise _gone(parts.geturl(), problem) from problem


def _ascii_host(host: str) -> str:
    try:
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise UserFault(
            Reason.SOURCE_INVALID, f"source host {host!r} is no host name: {error}"
        ) from error


def _through(
    proxy: Proxy, parts: SplitResult, place: tuple[str, int], limits: HttpLimits
) -> http.client.HTTPConnection:
    """Connected to the proxy, which finds the host; an address that is known here is checked."""
    with suppress(MachineFault):
        resolve(*place)
    where = proxy.host, proxy.port
    if parts.scheme == "http":
        return http.client.HTTPConnection(*where, timeout=limits.timeout_seconds)
    context = ssl.create_default_context()
    secure = http.client.HTTPSConnection(*where, timeout=limits.timeout_seconds, context=context)
    secure.set_tunnel(*place, headers=dict(proxy.headers))
    try:
        secure.connect()
    except ssl.SSLCertVerificationError as error:
        raise _untrusted(place[0], error) from error
    except OSError as error:
        raise _gone(parts.geturl(), error) from error
    return secure


def _untrusted(host: str, error: ssl.SSLCertVerificationError) -> UserFault:
    return UserFault(
        Reason.SOURCE_FORBIDDEN,
        f"source {host}: its certificate is not trusted ({error.verify_message})",
    )


def _secured(plain: socket.socket, host: str) -> ssl.SSLSocket:
    try:
        return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    except OSError:
        plain.close()
        raise


def _asked(connection: http.client.HTTPConnection, parts: SplitResult) -> http.client.HTTPResponse:
    # What people paste may hold umlauts and blanks; what is escaped already stays as it is.
    target = quote(parts.path or "/", _KEPT)
    target += f"?{quote(parts.query, _KEPT)}" if parts.query else ""
    headers = {"Accept-Encoding": "identity", "User-Agent": "trainyard-ingest"}
    proxy = proxy_of(parts.scheme, _ascii_host(parts.hostname or ""))
    if proxy is not None and parts.scheme == "http":
        # Only the whole URL tells a proxy where to ask; behind a tunnel it is asked as ever.
        where = f"{_ascii_host(parts.hostname or '')}:{parts.port or _PORTS[parts.scheme]}"
        target, headers = f"http://{where}{target}", headers | dict(proxy.headers)
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
    if encoding.lower() not in _UNPACKED:
        raise UserFault(
            Reason.FORMAT_UNREADABLE,
            f"source {_shown(url)} sends Content-Encoding {encoding}, which is not read: remove it"
            " from the metadata of the file, or store the file with gzip or without compression",
        )
    return _moment(response.getheader("Last-Modified"))


def _tag(response: http.client.HTTPResponse) -> str | None:
    """A time alone may be that of the last second's first write; with the length it tells more."""
    if etag := response.getheader("ETag"):
        return etag
    changed, length = response.getheader("Last-Modified"), response.getheader("Content-Length")
    return f"{changed} {length}" if changed and length else None


def _chunks(answer: _Answer, limits: HttpLimits) -> Iterator[bytes]:
    """All bytes; a connection that breaks off early raises, so that half a file is never data."""
    url, response = answer.url, answer.response
    expected, found = response.length, 0
    with answer.opened:
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
