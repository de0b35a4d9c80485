"""How a model that was trained elsewhere gets into the output folder."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from archives import archive_of

from modelbundle.canonical import digest_of
from modelbundle.store import open_store
from trainer.pod.environment import Environment
from trainer.pod.exits import Reason, UserFault
from trainer.recipes.importing import fetch_import
from trainer.tasks.train_task import Recipe

CONTENT = b"a model"


def _fetch(root: Path, source: dict[str, Any], **more: Any) -> None:
    trust = more.pop("trust", None)
    wanted = {"source": source, "format": "Onnx", "digest": digest_of(CONTENT), **more}
    recipe = Recipe.model_validate({"import": wanted, "trust": trust})
    assert recipe.import_ is not None
    store = open_store(f"file://{root / 'store'}")
    fetch_import(recipe, recipe.import_, store, Environment(mount=root))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A pod's mounts with a store that holds models/house.onnx."""
    folder = tmp_path / "store" / "models"
    folder.mkdir(parents=True)
    (folder / "house.onnx").write_bytes(CONTENT)
    return tmp_path


@pytest.fixture
def served(root: Path) -> Iterator[str]:
    """The URL of a web server over the store's folder."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(root / "store"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_from_the_store(root: Path) -> None:
    """A model in the store arrives under the name of its format."""
    _fetch(root, {"kind": "store", "path": "models/house.onnx"})
    assert CONTENT == (root / "output" / "model.onnx").read_bytes()


def test_from_the_web(root: Path, served: str) -> None:
    """A model behind a URL arrives the same."""
    _fetch(root, {"kind": "http", "url": f"{served}/models/house.onnx"}, format="Skops")
    assert CONTENT == (root / "output" / "model.skops").read_bytes()


def test_a_trusted_pickle(root: Path) -> None:
    """A Joblib file arrives where the recipe trusts it."""
    source = {"kind": "store", "path": "models/house.onnx"}
    _fetch(root, source, format="Joblib", trust="Pickle")
    assert CONTENT == (root / "output" / "model.joblib").read_bytes()


def test_a_trusted_archive(root: Path) -> None:
    """Of a pickle and its code both arrive; the digest is that of the archive."""
    content = archive_of(root, {"model.joblib": b"pickled", "code/own.py": b"x = 1"}).read_bytes()
    (root / "store" / "models" / "house.zip").write_bytes(content)
    source = {"kind": "store", "path": "models/house.zip"}
    digest = digest_of(content)
    _fetch(root, source, format="Joblib", trust="Pickle", digest=digest)
    assert ["code", "model.joblib"] == sorted(p.name for p in (root / "output").iterdir())
    assert b"x = 1" == (root / "output" / "code" / "own.py").read_bytes()
    _fetch(root, source, format="Skops", digest=digest)
    assert content == (root / "output" / "model.skops").read_bytes()


@pytest.mark.parametrize(
    ("path", "more", "reason", "words"),
    [
        pytest.param(
            "models/house.onnx",
            {"digest": digest_of(b"other")},
            Reason.DIGEST_MISMATCH,
            f"the digest is {digest_of(CONTENT)}, declared is {digest_of(b'other')}. Declare",
            id="other bytes than declared",
        ),
        pytest.param(
            "models/hut.onnx",
            {},
            Reason.SOURCE_NOT_FOUND,
            "models/hut.onnx",
            id="nothing there",
        ),
        pytest.param(
            "models/",
            {},
            Reason.SOURCE_INVALID,
            "the import means 2 files (models/house.onnx, models/other.onnx)",
            id="several files",
        ),
        pytest.param(
            "models/house.onnx",
            {"format": "Joblib"},
            Reason.MODEL_NOT_TRUSTED,
            "say trust: Pickle",
            id="a pickle without trust",
        ),
    ],
)
def test_refuses(root: Path, path: str, more: dict[str, Any], reason: Reason, words: str) -> None:
    """What cannot be imported leaves no model behind, and a sentence."""
    (root / "store" / "models" / "other.onnx").write_bytes(b"other")
    with pytest.raises(UserFault) as caught:
        _fetch(root, {"kind": "store", "path": path}, **more)
    assert reason is caught.value.reason
    assert words in caught.value.message
    assert [] == list((root / "output").glob("model.*"))
