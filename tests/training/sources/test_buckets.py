"""With which keys a source's own bucket is read; on a real S3 server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from s3_server import BUCKET, S3, s3_server

from modelbundle.canonical import digest_of
from modelbundle.store import Credentials, open_store
from trainer.pod.environment import Environment
from trainer.pod.exits import Exit, Fault, MachineFault, Reason, UserFault
from trainer.recipes.importing import fetch_import
from trainer.sources.buckets import open_bucket
from trainer.sources.listing import files_of
from trainer.tasks.task_parts import S3Source
from trainer.tasks.train_task import Recipe

CONTENT = b"a,b\n1,2\n"


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3]:
    """A server whose bucket holds raw/a.csv, raw/b.csv and a file beside them."""
    with s3_server(tmp_path_factory.mktemp("s3")) as server:
        for key in ("raw/a.csv", "raw/b.csv", "other.csv"):
            server.store().write(key, CONTENT)
        yield server


def _keys(keys: Credentials) -> dict[str, str]:
    return {
        "TRAINYARD_SOURCE_ACCESS_KEY_ID": keys.access_key_id,
        "TRAINYARD_SOURCE_SECRET_ACCESS_KEY": keys.secret_access_key,
    }


def _source(s3: S3, path: str, bucket: str = BUCKET) -> S3Source:
    where = {"endpoint": s3.endpoint, "region": s3.region}
    return S3Source.model_validate({"kind": "s3", "bucket": bucket, "path": path, **where})


def _read(source: S3Source, variables: dict[str, str]) -> dict[str, bytes]:
    store = open_bucket(source, variables)
    files = files_of(source, lambda: store, lambda _: store)
    return {file.name: b"".join(file.open().chunks) for file in files}


@pytest.mark.parametrize(
    ("path", "names"),
    [
        pytest.param("raw/", ["raw/a.csv", "raw/b.csv"], id="a prefix"),
        pytest.param("raw/a.csv", ["raw/a.csv"], id="one key"),
        pytest.param("*/b.csv", ["raw/b.csv"], id="a pattern"),
    ],
)
def test_files_of_a_bucket(s3: S3, path: str, names: list[str]) -> None:
    """Found by their keys and read whole."""
    assert dict.fromkeys(names, CONTENT) == _read(_source(s3, path), _keys(s3.keys))


@pytest.mark.parametrize(
    ("bucket", "variables", "reason", "words"),
    [
        pytest.param(
            BUCKET,
            _keys(Credentials("stranger", "nonsense")),
            Reason.SOURCE_FORBIDDEN,
            "the server refuses these credentials",
            id="keys that the server does not know",
        ),
        pytest.param(
            BUCKET,
            {},
            Reason.SOURCE_FORBIDDEN,
            "the server wants credentials and none were given",
            id="no keys at all",
        ),
        pytest.param(
            "no-such-bucket",
            None,
            Reason.SOURCE_NOT_FOUND,
            "there is no such bucket",
            id="another bucket",
        ),
    ],
)
def test_what_is_not_readable_is_told(
    s3: S3, bucket: str, variables: dict[str, str] | None, reason: Reason, words: str
) -> None:
    """All of them may mend without a change to the Dataset: exit code 25."""
    known = _keys(s3.keys) if variables is None else variables
    with pytest.raises(Fault) as caught:
        _read(_source(s3, "raw/", bucket), known)
    assert (reason, Exit.NOT_THERE_YET) == (caught.value.reason, caught.value.exit_code)
    assert words in caught.value.message


def test_the_stores_keys_do_not_open_a_source(s3: S3, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who may write a Dataset must not read with the rights of the artifact store."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", s3.keys.access_key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", s3.keys.secret_access_key)
    with pytest.raises(Fault, match="none were given"):
        _read(_source(s3, "raw/"), {})


@pytest.mark.parametrize(
    ("endpoint", "words"),
    [
        pytest.param("http://169.254.169.254", "is 169.254.169.254", id="the metadata service"),
        pytest.param("http://[fd00:ec2::254]:80", "is fd00:ec2::254", id="over IPv6"),
        pytest.param("https://[::ffff:169.254.169.254]", "are refused", id="in other words"),
        pytest.param("http://169.254.169.254:x", "expected http://", id="a port that is none"),
    ],
)
def test_no_endpoint_is_at_an_address_of_the_node(s3: S3, endpoint: str, words: str) -> None:
    """Its credentials would be read as data."""
    source = _source(s3, "raw/").model_copy(update={"endpoint": endpoint})
    with pytest.raises(UserFault, match=re.escape(words)):
        _read(source, _keys(s3.keys))


def test_an_endpoint_that_sends_elsewhere_gives_nothing_of_it() -> None:
    """What comes has to be the object that was listed, by the tag that only its owner knows."""
    inner = "a,b\n1,2\n"
    with answering({"/inner": (200, {}, inner)}) as elsewhere:
        listed = LISTED.format(size=len(inner))
        away = (302, {"location": f"{elsewhere}/inner"}, "")
        with answering({"/lab?list": (200, {}, listed), "/lab/a.csv": away}) as endpoint:
            source = S3Source(kind="s3", bucket="lab", path="a.csv", endpoint=endpoint)
            with pytest.raises(MachineFault, match="not what was listed"):
                _read(source, {})


def test_an_object_that_shrinks_while_it_is_read_is_no_data() -> None:
    """Fewer bytes than were listed: retried, not accepted."""
    shorter = (200, {"etag": '"1"'}, "a,b")
    answers = {"/lab?list": (200, {}, LISTED.format(size=8)), "/lab/a.csv": shorter}
    with answering(answers) as endpoint:
        source = S3Source(kind="s3", bucket="lab", path="a.csv", endpoint=endpoint)
        with pytest.raises(MachineFault, match="3 of 8 bytes came"):
            _read(source, {})


LISTED = """<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult><Name>lab</Name><IsTruncated>false</IsTruncated><KeyCount>1</KeyCount><Contents>
<Key>a.csv</Key><Size>{size}</Size><ETag>"1"</ETag><LastModified>2026-05-04T12:00:00.000Z
</LastModified></Contents></ListBucketResult>""".replace("Z\n<", "Z<")


@contextmanager
def answering(answers: dict[str, tuple[int, dict[str, str], str]]) -> Iterator[str]:
    """A server that answers what begins so; yields its address."""

    class Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.replace("?list-type=2", "?list")
            status, headers, text = next(v for k, v in answers.items() if path.startswith(k))
            self.send_response(status)
            for name, value in (headers | MODIFIED | {"content-length": str(len(text))}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


MODIFIED = {"last-modified": "Mon, 04 May 2026 12:00:00 GMT"}


def test_a_model_is_imported_from_a_bucket(s3: S3, tmp_path: Path) -> None:
    """With the source's keys, and only with the declared digest."""
    s3.store().write("handed-over/house.onnx", b"a model")
    source = _source(s3, "handed-over/house.onnx").model_dump(exclude_none=True)
    environment = Environment(mount=tmp_path, variables=_keys(s3.keys))
    store = open_store((tmp_path / "store").as_uri())

    def fetch(digest: str) -> None:
        wanted = {"source": source, "format": "Onnx", "digest": digest}
        recipe = Recipe.model_validate({"import": wanted, "trust": None})
        assert recipe.import_ is not None
        fetch_import(recipe, recipe.import_, store, environment)

    with pytest.raises(Fault, match="declared is"):
        fetch(digest_of(b"other"))
    assert not (environment.output / "model.onnx").exists()
    fetch(digest_of(b"a model"))
    assert (environment.output / "model.onnx").read_bytes() == b"a model"
