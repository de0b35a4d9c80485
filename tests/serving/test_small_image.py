"""What the small server image holds is all that an ONNX bundle needs, and it rests small."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import serving_bundles as bundles
from serving_bundles import Sample
from serving_process import MODEL, Running, environment, run_to_end, running
from small_server import small_server_python

from modelbundle.publishing import publish
from modelbundle.store import open_store

MIB = 1024
REQUESTS = 1_000
IMPORTED = re.compile(r"^import time: +\d+ \| +\d+ \| +([a-z_0-9]+)$", re.MULTILINE)
ONLY_SKLEARN = {"sklearn", "scipy", "pandas", "joblib", "skops"}


@pytest.fixture(scope="module")
def python() -> str:
    """The interpreter of an environment with the packages of the small image alone."""
    return small_server_python()


@pytest.fixture(scope="module", params=["numbers", "numbers and categories"])
def server(
    request: pytest.FixtureRequest,
    python: str,
    tumours_sample: Sample,
    patients_sample: Sample,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Running]:
    """A server in that environment, as it says of each import when it happens."""
    sample = tumours_sample if request.param == "numbers" else patients_sample
    errors = tmp_path_factory.mktemp("small") / "stderr"
    # What a container gives, not what the machine of the tests happens to have.
    environ = environment(sample.directory, sample.digest, HOME=str(errors.parent))
    with running(environ, errors, (python, "-X", "importtime")) as started:
        yield started


def test_the_environment_holds_no_scikit_learn(python: str) -> None:
    """Else the tests below would prove nothing."""
    script = f"from importlib.util import find_spec; print([*map(find_spec, {ONLY_SKLEARN})])"
    done = subprocess.run([python, "-c", script], capture_output=True, text=True, check=True)
    assert str([None] * len(ONLY_SKLEARN)) == done.stdout.strip()


def test_an_onnx_bundle_is_served(server: Running) -> None:
    """Its example is answered; nothing that the image lacks was missed, and no store was loaded."""
    example = server.client.get(f"/v2/models/{MODEL}/example").document
    reply = server.client.infer(example)
    loaded = set(IMPORTED.findall(server.errors.read_text()))
    assert 200 == reply.status
    assert {"numpy", "onnxruntime"} == loaded & (
        ONLY_SKLEARN | {"numpy", "onnxruntime", "obstore", "grpc"}
    )


def test_it_rests_under_100_mib(server: Running) -> None:
    """Resident pages after a thousand requests, those included that it shares with others."""
    example = server.client.get(f"/v2/models/{MODEL}/example").document
    for _ in range(REQUESTS):
        server.client.infer(example)
    rollup = Path(f"/proc/{server.process.pid}/smaps_rollup").read_text()
    found = re.search(r"^Rss: +(\d+) kB$", rollup, re.MULTILINE)
    assert found is not None
    assert int(found[1]) < 100 * MIB


def test_fetching_loads_neither_numpy_nor_a_runtime(
    python: str, tumours_sample: Sample, tmp_path: Path
) -> None:
    """An init container asks for little: the store's client is all it needs."""
    store = tmp_path / "store"
    publish(open_store(store.as_uri()), tumours_sample.directory, tumours_sample.digest)
    environ = environment(
        tmp_path / "bundle", tumours_sample.digest, TRAINYARD_STORE_URL=store.as_uri()
    )
    done = run_to_end(environ, "fetch", python=(python, "-X", "importtime"))
    loaded = set(IMPORTED.findall(done.stderr))
    assert 0 == done.returncode
    assert {"obstore"} == loaded & {"obstore", "numpy", "onnxruntime", "uvloop", "asyncio", "grpc"}


def test_a_bundle_for_scikit_learn_names_the_image_that_serves_it(
    python: str, tmp_path: Path
) -> None:
    """Exit code 16 is another image's work, neither the version's fault nor the store's."""
    sample = bundles.packed(tmp_path, bundles.linear(), bundles.tumours(), ("skops",))
    done = run_to_end(environment(sample.directory, sample.digest), python=(python,))
    assert 16 == done.returncode
    assert "use the image trainyard/serving-sklearn, in spec.server.image" in done.stderr
