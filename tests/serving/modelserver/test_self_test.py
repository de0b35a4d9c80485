"""Does the model still say what it said?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from serving_bundles import Sample

from modelbundle.example import Example, read_example
from modelbundle.faults import BundleUnreadable
from modelbundle.loading import RuntimeName, load_runtime
from modelbundle.manifest_reading import read_manifest
from modelbundle.prediction import Runtime
from modelserver.self_test import self_test


def _runtime(sample: Sample, name: RuntimeName) -> Runtime:
    return load_runtime(sample.directory, read_manifest(sample.directory), name)


@pytest.mark.parametrize("name", list(RuntimeName))
def test_both_runtimes_repeat_the_example(patients_sample: Sample, name: RuntimeName) -> None:
    """Packed with scikit-learn, answered by either."""
    self_test(_runtime(patients_sample, name), read_example(patients_sample.directory))


def _with_output(example: Example, position: int, data: list[object]) -> Example:
    outputs = list(example.outputs)
    outputs[position] = {**outputs[position], "data": data}
    return replace(example, outputs=tuple(outputs))


@pytest.mark.parametrize(
    ("position", "data", "message"),
    [
        pytest.param(0, ["medium"], "labels of the example: expected", id="another label"),
        pytest.param(1, [0.5, 0.5], "probabilities of the example", id="other probabilities"),
        pytest.param(1, [1.0], "probabilities of the example", id="too few probabilities"),
    ],
)
def test_another_answer_is_told(
    patients_sample: Sample, position: int, data: list[object], message: str
) -> None:
    """Expected and found are both in the sentence."""
    example = _with_output(read_example(patients_sample.directory), position, data)
    with pytest.raises(BundleUnreadable, match=message):
        self_test(_runtime(patients_sample, RuntimeName.ONNX), example)


def test_an_example_the_server_would_refuse_is_told(patients_sample: Sample) -> None:
    """A request for another model."""
    example = replace(read_example(patients_sample.directory), request={"inputs": []})
    with pytest.raises(BundleUnreadable, match="the example is refused: inputs"):
        self_test(_runtime(patients_sample, RuntimeName.ONNX), example)


def test_an_example_without_outputs_is_told(patients_sample: Sample) -> None:
    """Nothing to compare with is no pass."""
    example = replace(read_example(patients_sample.directory), outputs=({"name": "x"},))
    with pytest.raises(BundleUnreadable, match="no output 'labels'"):
        self_test(_runtime(patients_sample, RuntimeName.ONNX), example)
