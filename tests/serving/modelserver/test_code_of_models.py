"""A model with code of its maker, served by a real server process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import serving_bundles as bundles
from models_with_code import packed_with_code, write_code
from serving_bundles import Sample
from serving_process import MODEL, Running, environment, run_to_end, running

from modelbundle.packing import pack
from modelbundle.publishing import publish
from modelbundle.store import open_store


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """The transformer of the example before a linear model."""
    return packed_with_code(tmp_path_factory.mktemp("code"), bundles.iris())


@pytest.fixture(scope="module")
def server(sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server of it, to which nothing was said of the code; its bundle comes from a store."""
    store, place = (tmp_path_factory.mktemp(name) for name in ("store", "bundle"))
    publish(open_store(f"file://{store}"), sample.directory, sample.digest)
    environ = environment(place, sample.digest, TRAINYARD_EXPLAIN_ROWS="4")
    fetched = run_to_end({**environ, "TRAINYARD_STORE_URL": f"file://{store}"}, "fetch")
    assert 0 == fetched.returncode, fetched.stderr
    assert (place / "code" / "rare_rows.py").is_file()
    with running(environ, tmp_path_factory.mktemp("errors") / "stderr") as found:
        yield found


def _request(rows: Any) -> dict[str, Any]:
    data = {"name": "input", "datatype": "FP64", "shape": list(rows.shape)}
    return {"inputs": [{**data, "data": rows.ravel().tolist()}]}


def test_it_answers_as_the_model_itself(sample: Sample, server: Running) -> None:
    """To the last bit, on all rows."""
    reply = server.client.infer(_request(sample.table.to_numpy()))
    assert 200 == reply.status
    outputs = {each["name"]: each["data"] for each in reply.document["outputs"]}
    assert sample.model.predict(sample.table).tolist() == outputs["labels"]
    expected = sample.model.predict_proba(sample.table).ravel().tolist()
    assert expected == outputs["probabilities"]


def test_it_explains(sample: Sample, server: Running) -> None:
    """The contributions come from the same process."""
    path = f"/v2/models/{MODEL}/explain"
    reply = server.client.post(path, _request(sample.table.to_numpy()[:1]))
    assert 200 == reply.status, reply.body


@pytest.mark.parametrize(
    ("files", "code", "words"),
    [
        pytest.param(
            {"rare_rows.py": "import lightgbm_of_nobody"},
            13,
            "needs the library lightgbm_of_nobody, which this image lacks",
            id="a library that no image has",
        ),
        pytest.param({"rare_rows.py": "1 / 0"}, 13, "ZeroDivisionError", id="it fails"),
        pytest.param(
            {"rare_rows.py": "", "uvloop.py": ""}, 13, "a module uvloop, and so has", id="a name"
        ),
    ],
)
def test_code_that_cannot_serve_is_told(
    sample: Sample, tmp_path: Path, files: dict[str, str], code: int, words: str
) -> None:
    """Before a port is opened."""
    for name in ("model.joblib", "profile.json", "example.json"):
        (tmp_path / name).write_bytes((sample.directory / name).read_bytes())
    write_code(tmp_path, files)
    digest = pack(tmp_path, sample.signature, replace(bundles.ORIGIN, trust="Pickle"))
    ended = run_to_end(environment(tmp_path, digest))
    assert code == ended.returncode
    assert words in ended.stderr
