"""How do bytes get to and from the artifact store? The only module that knows obstore.

    store = open_store("s3://bucket/prefix", endpoint="http://s3:7070", region="us-east-1")
    store = open_store("file:///trainyard/store/default/team-a")

Keys are relative to the URL. Every call is bounded: connect 5 s, request 60 s, five retries of
what may pass within two minutes. Faults: StoreNotFound, StoreMissing, StoreDenied,
StoreUnreachable.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import obstore
from obstore import exceptions as faults
from obstore.store import LocalStore, S3Store

from modelbundle.faults import (
    StoreDenied,
    StoreFault,
    StoreMissing,
    StoreNotFound,
    StoreUnreachable,
    StoreUnusable,
)

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


NO_CREDENTIALS = Credentials("", "")
"""Reads anonymously, whatever keys the environment holds."""
_OWN_REFUSED = "the store refuses these credentials; check the secret trainyard-store"
_OWN_MISSING = (
    "the store wants credentials and this pod has none; create the secret trainyard-store with"
    " the keys accessKeyId and secretAccessKey in its namespace"
)
_GIVEN_REFUSED = "the server refuses these credentials"
_GIVEN_MISSING = "the server wants credentials and none were given"
_DENIALS = (faults.PermissionDeniedError, faults.UnauthenticatedError, PermissionError)
_MARKS_OF_DENIAL = (
    "code: 403 Forbidden",
    "code: 401 Unauthorized",
    "code: AccessDenied",
    "<Code>InvalidAccessKeyId",
    "<Code>XAdminUserNotFound",
)
_TWO_SLASHES = (
    "a key with two slashes in a row cannot be read: rename that object, or let the path name the"
    " others"
)
_UNUSABLE = (
    ("incorrectly configured region", "the bucket is in another region: set the source's region"),
    ("empty path segment", _TWO_SLASHES),
    ("InvalidObjectState", "an archived object cannot be read: restore it first"),
)
"""What no further attempt would change, by the words of the store."""
_LOCAL_REFUSED = "the volume does not let this user in; check its permissions"


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

    def __init__(self, objects: ObjectStore, url: str, refusal: str) -> None:
        self._objects = objects
        self._url = url
        self._refusal = refusal

    def __repr__(self) -> str:
        return f"Store({self._url})"

    def read(self, key: str) -> bytes:
        """The object's bytes. Raises StoreNotFound. For small objects: use `stream` for files."""
        with self._told(key):
            return bytes(obstore.get(self._objects, key).bytes())

    def stream(self, key: str, listed: Entry | None = None) -> Iterator[bytes]:
        """The bytes, by the MiB. Raises StoreNotFound; StoreUnreachable if not as `listed`."""
        with self._told(key):
            found = obstore.get(self._objects, key)
            if listed is not None and found.meta["e_tag"] != listed.etag:
                raise StoreUnreachable(f"{self._url}/{key}: it is not what was listed a moment ago")
            for chunk in found.stream(min_chunk_size=_CHUNK_BYTES):
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

    def delete(self, key: str) -> None:
        """There is no object under this key, whether or not there was one."""
        with suppress(StoreNotFound), self._told(key):
            obstore.delete(self._objects, key)

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
        return tuple(sorted(self.walk(prefix), key=lambda entry: entry.key))

    def walk(self, prefix: str = "") -> Iterator[Entry]:
        """The objects below the folder `prefix`, in the store's own order, as they are listed."""
        with self._told(prefix):
            for batch in obstore.list(self._objects, prefix or None, chunk_size=1000):
                for item in batch:
                    yield Entry(item["path"], item["size"], item["e_tag"], item["last_modified"])

    def folders(self, prefix: str) -> tuple[str, ...]:
        """The names of the folders right below the folder `prefix`, sorted."""
        with self._told(prefix):
            found = obstore.list_with_delimiter(self._objects, prefix)["common_prefixes"]
        return tuple(sorted(str(path).rpartition("/")[2] for path in found))

    @contextmanager
    def _told(self, key: str) -> Iterator[None]:
        try:
            yield
        except (faults.BaseError, OSError, ValueError) as fault:
            raise self._named(f"{self._url}/{key}", fault) from fault

    def _named(self, where: str, fault: Exception) -> StoreFault:
        text = str(fault)
        for mark, sentence in _UNUSABLE:
            if mark in text:
                return StoreUnusable(f"{where}: {sentence} ({first_line(fault)})")
        # Lists and deletes tell it in their text alone; some servers answer 404 to unknown keys.
        if isinstance(fault, _DENIALS) or any(mark in text for mark in _MARKS_OF_DENIAL):
            return StoreDenied(f"{self._refusal} ({where})")
        if "<Code>NoSuchBucket" in text:
            return StoreMissing(f"{where}: there is no such bucket")
        if isinstance(fault, FileNotFoundError):
            return StoreNotFound(f"{where}: there is no such object")
        return StoreUnreachable(f"{where}: {first_line(fault)}")


def open_store(
    url: str,
    endpoint: str | None = None,
    region: str | None = None,
    credentials: Credentials | None = None,
) -> Store:
    """The store at `file:///absolute/path` (made if it can be) or `s3://bucket[/prefix]`.

    Without `credentials` an S3 store takes AWS_ACCESS_KEY_ID and its siblings from the
    environment; with an endpoint of its own and none of them there, it is read anonymously
    (instead of asking a cloud's metadata service that nobody meant), as with NO_CREDENTIALS.
    Raises ValueError for another scheme, StoreUnreachable for a folder that is neither there
    nor can be made.
    """
    parts = urlsplit(url)
    if parts.scheme == "file" and not parts.netloc:
        return Store(_local(Path(unquote(parts.path))), url.rstrip("/"), _LOCAL_REFUSED)
    if parts.scheme == "s3" and parts.netloc:
        known = credentials or _environment_credentials(endpoint)
        return Store(
            _s3(url, endpoint, region, known), url.rstrip("/"), _refusal(credentials, known)
        )
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


def _environment_credentials(endpoint: str | None) -> Credentials | None:
    """None: obstore finds them itself, in the environment or with the cloud."""
    if endpoint and not _SIGNING_VARIABLES & os.environ.keys():
        return NO_CREDENTIALS
    return None


def _refusal(given: Credentials | None, known: Credentials | None) -> str:
    if given is not None:
        return _GIVEN_REFUSED if given != NO_CREDENTIALS else _GIVEN_MISSING
    return _OWN_REFUSED if known is None else _OWN_MISSING


def _s3(
    url: str, endpoint: str | None, region: str | None, credentials: Credentials | None
) -> S3Store:
    parts = urlsplit(url)
    config: S3Config = {"region": region or "us-east-1"}
    if endpoint:
        config["endpoint"] = endpoint
        config["virtual_hosted_style_request"] = False
    if credentials == NO_CREDENTIALS:
        config["skip_signature"] = True
    elif credentials is not None:
        config["access_key_id"] = credentials.access_key_id
        config["secret_access_key"] = credentials.secret_access_key
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
