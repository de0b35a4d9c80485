"""How do bytes get to and from the artifact store? The only module that knows obstore.

    store = open_store("s3://bucket/prefix", endpoint="http://s3:7070", region="us-east-1")
    store = open_store("file:///trainyard/store/default/team-a")

Keys are relative to the URL. Every call is bounded: connect 5 s, request 60 s, five retries of
what may pass within two minutes. Faults: StoreNotFound, StoreDenied, StoreUnreachable.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import obstore
from obstore import exceptions as faults
from obstore.store import LocalStore, S3Store

from modelbundle.faults import StoreDenied, StoreNotFound, StoreUnreachable

if TYPE_CHECKING:
    from obstore.store import ClientConfig, ObjectStore, RetryConfig, S3Config

_CHUNK_BYTES = 1 << 20
_SIGNING_VARIABLES = frozenset(
    {
        "AWS_ACCESS_KEY_ID",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    }
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """A key pair for an S3 store; shown nowhere."""

    access_key_id: str
    secret_access_key: str

    def __repr__(self) -> str:
        return "Credentials(…)"


@dataclass(frozen=True, slots=True)
class Entry:
    """One object: key relative to the store, size in bytes, and the store's own version tag.

    `modified`: when the store says it was written.
    """

    key: str
    size: int
    etag: str | None
    modified: datetime | None = field(default=None, compare=False)


class Store:
    """Reads and writes whole objects; an object is there completely or not at all."""

    def __init__(self, objects: ObjectStore, url: str) -> None:
        self._objects = objects
        self._url = url

    def __repr__(self) -> str:
        return f"Store({self._url})"

    def read(self, key: str) -> bytes:
        """The object's bytes. Raises StoreNotFound. For small objects: use `stream` for files."""
        with self._told(key):
            return bytes(obstore.get(self._objects, key).bytes())

    def stream(self, key: str) -> Iterator[bytes]:
        """The object's bytes in chunks of about 1 MiB. Raises StoreNotFound."""
        with self._told(key):
            chunks = obstore.get(self._objects, key).stream(min_chunk_size=_CHUNK_BYTES)
            for chunk in chunks:
                yield bytes(chunk)

    def write(self, key: str, content: bytes) -> None:
        """The object holds `content`, whatever it held before."""
        with self._told(key):
            obstore.put(self._objects, key, content)

    def upload(self, key: str, path: Path) -> None:
        """The object holds the file's bytes; large files go in parts, seen only when complete."""
        with self._told(key):
            obstore.put(self._objects, key, path)

    def write_once(self, key: str, content: bytes) -> bool:
        """True: `content` is now there. False: the key was taken before; nothing has changed."""
        with self._told(key):
            try:
                obstore.put(self._objects, key, content, mode="create", use_multipart=False)
            except (faults.AlreadyExistsError, faults.PreconditionError):
                return False
            return True

    def size(self, key: str) -> int:
        """The object's size in bytes. Raises StoreNotFound."""
        with self._told(key):
            return int(obstore.head(self._objects, key)["size"])

    def exists(self, key: str) -> bool:
        """True when there is an object under this key."""
        try:
            self.size(key)
        except StoreNotFound:
            return False
        return True

    def list(self, prefix: str = "") -> tuple[Entry, ...]:
        """All objects below the folder `prefix`, sorted by key; empty when there is none."""
        with self._told(prefix):
            batches = obstore.list(self._objects, prefix or None, chunk_size=1000)
            entries = [
                Entry(item["path"], int(item["size"]), item["e_tag"], item["last_modified"])
                for batch in batches
                for item in batch
            ]
        return tuple(sorted(entries, key=lambda entry: entry.key))

    @contextmanager
    def _told(self, key: str) -> Iterator[None]:
        where = f"{self._url}/{key}"
        try:
            yield
        except FileNotFoundError as fault:
            raise StoreNotFound(f"{where}: there is no such object") from fault
        except (
            faults.PermissionDeniedError,
            faults.UnauthenticatedError,
            PermissionError,
        ) as fault:
            raise _denied(where) from fault
        except (faults.BaseError, OSError, ValueError) as fault:
            if "NoSuchBucket" in str(fault):
                raise StoreNotFound(f"{where}: there is no such bucket") from fault
            # Listing tells refused keys in its text alone.
            if any(status in str(fault) for status in ("403 Forbidden", "401 Unauthorized")):
                raise _denied(where) from fault
            raise StoreUnreachable(f"{where}: {first_line(fault)}") from fault


def _denied(where: str) -> StoreDenied:
    return StoreDenied(
        f"{where}: the store refuses these credentials; check the secret trainyard-store"
    )


def open_store(
    url: str,
    endpoint: str | None = None,
    region: str | None = None,
    credentials: Credentials | None = None,
) -> Store:
    """The store at `file:///absolute/path` (made if it can be) or `s3://bucket[/prefix]`.

    Without `credentials` an S3 store takes AWS_ACCESS_KEY_ID and its siblings from the
    environment; with an endpoint of its own and none of them there, it is read anonymously
    (instead of asking a cloud's metadata service that nobody meant). Raises ValueError for
    another scheme, StoreUnreachable for a folder that is neither there nor can be made.
    """
    parts = urlsplit(url)
    if parts.scheme == "file" and not parts.netloc:
        return Store(_local(Path(unquote(parts.path))), url.rstrip("/"))
    if parts.scheme == "s3" and parts.netloc:
        return Store(_s3(url, endpoint, region, credentials), url.rstrip("/"))
    raise ValueError(f"store URL {url!r}: expected file:///path or s3://bucket/prefix")


def store_of_environment(environ: Mapping[str, str]) -> Store:
    """The store that TRAINYARD_STORE_URL, …_ENDPOINT and …_REGION name.

    Raises ValueError naming the variable that is missing or wrong.
    """
    url = environ.get("TRAINYARD_STORE_URL", "")
    if not url:
        raise ValueError("TRAINYARD_STORE_URL is not set; expected file:///path or s3://bucket")
    return open_store(
        url,
        environ.get("TRAINYARD_STORE_ENDPOINT") or None,
        environ.get("TRAINYARD_STORE_REGION") or None,
    )


def _local(path: Path) -> LocalStore:
    try:
        return LocalStore(path, mkdir=True)
    except (faults.BaseError, OSError) as fault:
        raise StoreUnreachable(f"file://{path}: {first_line(fault)}") from fault


def _s3(
    url: str, endpoint: str | None, region: str | None, credentials: Credentials | None
) -> S3Store:
    parts = urlsplit(url)
    config: S3Config = {"region": region or "us-east-1"}
    if endpoint:
        config["endpoint"] = endpoint
        config["virtual_hosted_style_request"] = False
    if credentials:
        config["access_key_id"] = credentials.access_key_id
        config["secret_access_key"] = credentials.secret_access_key
    elif endpoint and not _SIGNING_VARIABLES & os.environ.keys():
        config["skip_signature"] = True
    client: ClientConfig = {
        "connect_timeout": timedelta(seconds=5),
        "timeout": timedelta(seconds=60),
        "allow_http": (endpoint or "").startswith("http://"),
    }
    retry: RetryConfig = {
        "max_retries": 5,
        "retry_timeout": timedelta(seconds=120),
        "backoff": {
            "init_backoff": timedelta(milliseconds=250),
            "max_backoff": timedelta(seconds=10),
        },
    }
    prefix = parts.path.strip("/") or None
    return S3Store(
        parts.netloc, prefix=prefix, config=config, client_options=client, retry_config=retry
    )


def first_line(fault: BaseException) -> str:
    """The first non-empty line of a fault's text, at most 300 characters."""
    lines = [line.strip() for line in str(fault).splitlines() if line.strip()]
    return (lines[0] if lines else type(fault).__name__)[:300]
