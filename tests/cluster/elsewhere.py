"""A model that was trained elsewhere, and how it is imported."""

from __future__ import annotations

import base64
import hashlib

from cluster.model_yard import FEATURES, Object, training_job, tumours
from skl2onnx import to_onnx
from skl2onnx.common.data_types import DoubleTensorType
from sklearn.linear_model import LogisticRegression


def onnx_model() -> bytes:
    """Return a model of the tumours' columns."""
    frame = tumours(569)
    model = LogisticRegression(max_iter=500)
    model.fit(frame[list(FEATURES)].to_numpy(), frame["diagnosis"])
    shape = [("input", DoubleTensorType([None, len(FEATURES)]))]
    made: bytes = to_onnx(model, initial_types=shape, options={"zipmap": False}).SerializeToString()
    return made


def importing(name: str, data: str, digest: str) -> Object:
    """Return the TrainingJob that takes the ConfigMap `onnx` for a model of this digest."""
    source = {"configMap": {"name": "onnx", "path": "model.onnx"}}
    imported = {"import": {"source": source, "format": "Onnx", "digest": digest}}
    return training_job(name, data, **imported)


def in_config_map(model: bytes) -> Object:
    """Return the ConfigMap `onnx`."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "onnx"},
        "binaryData": {"model.onnx": base64.b64encode(model).decode()},
    }


def digest_of(model: bytes) -> str:
    """Return its digest, as an import wants it."""
    return f"sha256:{hashlib.sha256(model).hexdigest()}"
