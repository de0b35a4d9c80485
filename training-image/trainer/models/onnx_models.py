"""What does an ONNX model take and answer that somebody else made?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import onnx

from modelbundle.onnx_library import onnx_library
from modelbundle.onnx_runtime import onnx_name
from modelbundle.signature import Feature, Label, Signature, Task
from modelbundle.usable_memory import most_of_one_file
from trainer.models.native_models import class_signature, several
from trainer.models.onnx_size import refuse_spreading
from trainer.pod.exits import Reason, UserFault

_LABELS = {"tensor(int64)", "tensor(int32)", "tensor(string)", "tensor(bool)"}
_NUMBERS = {"tensor(float)", "tensor(double)"}
_SEQUENCES = {f"seq({numbers})" for numbers in _NUMBERS}
_MAPS = {"seq(map(int64,tensor(float)))", "seq(map(string,tensor(float)))"}


def onnx_signature(
    path: Path,
    features: Sequence[Feature],
    seen_labels: Sequence[tuple[Label, ...]],
    targets: Sequence[str] = (),
) -> Signature:
    """The signature of the graph in the file.

    `seen_labels`: per target the sorted labels of the train part, which are the classes unless the
    graph itself lists others for a single one. `targets`: as in `native_signature`.
    Raises UserFault(ModelUnreadable).
    """
    refuse_spreading(path, most_of_one_file())
    session = onnx_session(path)
    used = _used_features([argument.name for argument in session.get_inputs()], features)
    outputs = [output.type for output in session.get_outputs()]
    shape = session.get_outputs()[0].shape
    if outputs[0] in _NUMBERS:
        return Signature(Task.REGRESSION, (), used, False, several(targets))
    if outputs[0] not in _LABELS:
        raise UserFault(
            Reason.MODEL_UNREADABLE,
            f"the first output of the ONNX model is {outputs[0]}; expected labels (int64, string)"
            " for a classifier or numbers (float, double) for a regressor",
        )
    probabilities = len(outputs) > 1 and outputs[1] in _NUMBERS | _MAPS | _SEQUENCES
    if len(targets) > 1 and len(shape) > 1 and shape[1] == len(targets):
        return class_signature(seen_labels, used, probabilities, targets)
    classes = _listed_classes(path) or next(iter(seen_labels), ())
    if not classes:
        raise UserFault(
            Reason.MODEL_UNREADABLE,
            f"{path.name} answers labels, and neither its nodes, nor the shape of its"
            " probabilities, nor a target say which there are: name a Dataset whose target holds"
            " the labels",
        )
    return class_signature([classes], used, probabilities, targets)


def onnx_session(path: Path) -> Any:
    """A session of the graph in the file. Raises UserFault(ModelUnreadable)."""
    onnxruntime = onnx_library()
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(
            path.read_bytes(), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:
        raise UserFault(
            Reason.MODEL_UNREADABLE,
            f"{path.name} is not a model that ONNX Runtime can load{_hint(str(error))}:"
            f" {str(error)[:200]}",
        ) from error


def _hint(error: str) -> str:
    if "xternal data" not in error:
        return ""
    return (
        ", because its weights lie in another file: save everything into one file"
        " (onnx.save_model(model, path, save_as_external_data=False))"
    )


def _used_features(inputs: Sequence[str], features: Sequence[Feature]) -> tuple[Feature, ...]:
    """The features that the inputs name; all of them where one matrix takes them in order."""
    named = tuple(f for f in features if f.name in inputs or onnx_name(f.name) in inputs)
    return named if len(named) == len(inputs) else tuple(features)


def _listed_classes(path: Path) -> tuple[Label, ...]:
    """What the last classifier of the graph lists as its labels; nothing when it lists none."""
    graph = onnx.load(path, load_external_data=False).graph
    for node in reversed(graph.node):
        for attribute in node.attribute:
            if attribute.name == "classlabels_strings" and attribute.strings:
                return tuple(text.decode() for text in attribute.strings)
            if attribute.name in {"classlabels_int64s", "classlabels_ints"} and attribute.ints:
                return tuple(int(number) for number in attribute.ints)
    return ()
