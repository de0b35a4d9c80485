"""Labels of several targets, as every way of asking gets them."""

from __future__ import annotations

import json
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import serving_bundles as bundles
import tritonclient.http as triton
from serving_bundles import Sample
from serving_grpc import grpc_running, infer_method, raw_request, typed_request
from serving_process import MODEL, Running, environment
from serving_triton import matrix, texts

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of the client's own dependencies
    import grpc
    import tritonclient.grpc as triton_grpc

OUTPUTS = ("labels", "probabilities")


@dataclass(frozen=True, slots=True)
class Served:
    """A bundle and a server of it on both ports."""

    sample: Sample
    server: Running
    address: str

    @property
    def rows(self) -> npt.NDArray[np.float64]:
        """What is asked: enough rows that arrays and lists are written in all ways."""
        return self.sample.rows.numbers[:40]

    @property
    def labels(self) -> list[list[Any]]:
        """What scikit-learn says to them."""
        said: list[list[Any]] = self.sample.model.predict(self.sample.table.head(40)).tolist()
        return said

    @property
    def probabilities(self) -> npt.NDArray[np.float64]:
        """The probabilities of all targets, side by side."""
        return np.hstack(self.sample.model.predict_proba(self.sample.table.head(40)))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Served]]:
    """Texts by way of ONNX, and true or false by way of scikit-learn."""
    folder = tmp_path_factory.mktemp("several")
    made = {
        "onnx": bundles.packed(
            folder / "onnx", bundles.linear_per_target(), bundles.tumours_and_sizes(), ["onnx"]
        ),
        "sklearn": bundles.packed(
            folder / "sklearn", bundles.forest(), bundles.flagged_tumours(), ["skops"]
        ),
    }
    with ExitStack() as stack:
        found = {}
        for name, sample in made.items():
            environ = environment(sample.directory, sample.digest, TRAINYARD_SAMPLED_ROWS="100000")
            running = grpc_running(environ, folder / f"{name}-stderr")
            found[name] = Served(sample, *stack.enter_context(running))
        yield found
    for name in made:
        assert "" == (folder / f"{name}-stderr").read_text()


@pytest.fixture(params=["onnx", "sklearn"])
def asked(served: dict[str, Served], request: pytest.FixtureRequest) -> Served:
    """Either of them."""
    return served[request.param]


def _told(asked: Served, labels: Any, probabilities: Any) -> None:
    """These labels and probabilities are scikit-learn's."""
    assert asked.labels == labels
    np.testing.assert_allclose(probabilities, asked.probabilities, rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    "rows", [pytest.param(40, id="many rows"), pytest.param(1, id="a row alone")]
)
@pytest.mark.parametrize("nested", [pytest.param(False, id="flat"), pytest.param(True, id="rows")])
def test_json(asked: Served, rows: int, nested: bool) -> None:
    """Both outputs are row-major matrices, whatever the shape of what was sent."""
    sent = asked.rows[:rows]
    tensor = {"name": "input", "datatype": "FP64", "shape": list(sent.shape)}
    data = sent.tolist() if nested else sent.ravel().tolist()
    labels, probabilities = asked.server.client.infer(
        {"inputs": [{**tensor, "data": data}]}
    ).document["outputs"]
    targets, classes = len(asked.labels[0]), asked.probabilities.shape[1]
    assert ([rows, targets], [rows, classes]) == (labels["shape"], probabilities["shape"])
    assert np.ravel(asked.labels[:rows]).tolist() == labels["data"]
    found = np.reshape(probabilities["data"], (rows, classes))
    np.testing.assert_allclose(found, asked.probabilities[:rows], rtol=0, atol=1e-5)


@pytest.mark.parametrize("binary", [pytest.param(True, id="bytes"), pytest.param(False, id="JSON")])
def test_triton_over_http(asked: Served, binary: bool) -> None:
    """NVIDIA's client reads the matrices, by bytes and by JSON."""
    outputs = [triton.InferRequestedOutput(name, binary_data=binary) for name in OUTPUTS]
    with triton.InferenceServerClient(f"127.0.0.1:{asked.server.client.port}") as client:
        found = client.infer(MODEL, [matrix(triton.InferInput, asked.rows)], outputs=outputs)
    _told(asked, _plain(found.as_numpy("labels")), found.as_numpy("probabilities"))


def test_triton_over_grpc(asked: Served) -> None:
    """The same over gRPC."""
    with triton_grpc.InferenceServerClient(asked.address) as client:
        found = client.infer(MODEL, [matrix(triton_grpc.InferInput, asked.rows)])
    _told(asked, _plain(found.as_numpy("labels")), found.as_numpy("probabilities"))


def _plain(labels: npt.NDArray[Any]) -> list[list[Any]]:
    if labels.dtype == object:
        labels = np.reshape(texts(labels.ravel()), labels.shape)
    plain: list[list[Any]] = labels.tolist()
    return plain


def test_typed_contents_of_grpc(asked: Served) -> None:
    """Typed contents hold the same numbers and labels as bytes."""
    with grpc.insecure_channel(asked.address) as channel:
        typed = infer_method(channel)(typed_request(asked.rows))
        raw = infer_method(channel)(raw_request(asked.rows))
    labels, probabilities = typed.outputs
    wide = [len(asked.labels[0]), asked.probabilities.shape[1]]
    assert [[40, width] for width in wide] == [list(labels.shape), list(probabilities.shape)]
    said = [
        *(text.decode() for text in labels.contents.bytes_contents),
        *labels.contents.bool_contents,
    ]
    assert np.ravel(asked.labels).tolist() == said
    assert raw.raw_output_contents[1] == np.array(probabilities.contents.fp64_contents).tobytes()


def test_v1(asked: Served) -> None:
    """A list of labels per row."""
    instances = {"instances": asked.rows.tolist()}
    found = asked.server.client.post(f"/v1/models/{MODEL}:predict", instances).document
    assert {"predictions": asked.labels} == found


def test_one_output_alone(asked: Served) -> None:
    """Labels can be had without probabilities."""
    tensor = {"name": "input", "datatype": "FP64", "shape": [40, 30], "data": asked.rows.tolist()}
    question = {"inputs": [tensor], "outputs": [{"name": "labels"}]}
    (labels,) = asked.server.client.infer(question).document["outputs"]
    assert np.ravel(asked.labels).tolist() == labels["data"]


def test_metadata_tells_targets_and_classes(asked: Served) -> None:
    """In parameters over HTTP; over gRPC the protocol has none for tensors."""
    signature = asked.sample.signature
    outputs = asked.server.client.get(f"/v2/models/{MODEL}").document["outputs"]
    labels, probabilities = (
        {name: json.loads(told) for name, told in output.pop("parameters").items()}
        for output in outputs
    )
    targets = list(signature.targets)
    classes = [list(of_one) for of_one in signature.classes_by_target]
    assert ({"targets": targets}, {"targets": targets, "classes": classes}) == (
        labels,
        probabilities,
    )
    with triton_grpc.InferenceServerClient(asked.address) as client:
        found = client.get_model_metadata(MODEL, as_json=True)["outputs"]
    assert outputs == [{**o, "shape": [int(size) for size in o["shape"]]} for o in found]


def test_labels_of_each_target_are_counted(served: dict[str, Served]) -> None:
    """The bins among the metrics carry the name of the target, and grow by what was answered."""
    asked = served["onnx"]
    before = _counted(asked.server)
    tensor = {"name": "input", "datatype": "FP64", "shape": [40, 30], "data": asked.rows.tolist()}
    asked.server.client.infer({"inputs": [tensor]})
    deadline = time.monotonic() + 60
    while _counted(asked.server) == before and time.monotonic() < deadline:
        time.sleep(0.01)  # rows are counted after they are answered
    grown = {bin_: count - before[bin_] for bin_, count in _counted(asked.server).items()}
    expected = {
        (target, label): column.count(label)
        for target, column in zip(("target", "size"), _columns(asked.labels), strict=True)
        for label in dict.fromkeys(column)
    }
    assert expected == {bin_: count for bin_, count in grown.items() if count}


def _columns(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _counted(server: Running) -> dict[tuple[str, str], int]:
    found = {}
    for line in server.client.get("/metrics").body.decode().splitlines():
        if line.startswith("trainyard_prediction_bin_total{"):
            output, holds = (
                line.split(f'{name}="')[1].split('"')[0] for name in ("output", "holds")
            )
            found[output, holds] = int(line.rsplit(" ", 1)[1])
    return found
