"""What is asked? The same models and rows for everybody, made from data that ships with
scikit-learn.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import serving_bundles as bundles
from sklearn.ensemble import RandomForestClassifier

MODELS = {
    "linear": ("scaling + logistic regression", bundles.linear),
    "forest": ("forest of 100 trees", lambda: RandomForestClassifier(100, random_state=7)),
}


@dataclass(frozen=True, slots=True)
class Workload:
    """One fitted model as joblib and as bundle, its rows, and what scikit-learn says to them."""

    name: str
    folder: Path
    digest: str
    rows: Any
    expected: tuple[int, ...]

    @property
    def joblib_file(self) -> Path:
        """The model as the peers load it."""
        return self.folder / "peer" / "model.joblib"


def made(name: str, folder: Path) -> Workload:
    """The workload, trained and packed in the folder."""
    data = bundles.tumours()
    data = replace(data, target=(data.target == "benign").astype(np.int64))
    sample = bundles.packed(folder / "bundle", MODELS[name][1](), data, ("onnx", "skops"))
    values = data.frame.to_numpy()
    # Peers get plain matrices, so theirs is fitted without column names.
    plain = MODELS[name][1]().fit(values, data.target)
    (folder / "peer").mkdir()
    joblib.dump(plain, folder / "peer" / "model.joblib")
    expected = sample.model.predict(sample.table)
    if plain.predict(values).tolist() != expected.tolist():
        raise RuntimeError("the two fits of one model differ")
    return Workload(name, folder, sample.digest, values, tuple(expected.tolist()))


def v2_body(rows: Any, datatype: str = "FP64") -> bytes:
    """The rows as one V2 matrix in JSON."""
    tensor = {"name": "input", "datatype": datatype, "shape": list(rows.shape)}
    document = {"inputs": [{**tensor, "data": rows.ravel().tolist()}]}
    return json.dumps(document, separators=(",", ":")).encode()


def http_request(path: str, body: bytes, **headers: str) -> bytes:
    """A complete POST."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if "Content_Type" not in headers:
        lines.append("Content-Type: application/json")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def v2_binary_request(path: str, rows: Any) -> bytes:
    """The rows as bytes behind a small JSON, asking for bytes."""
    tensor = {"name": "input", "datatype": "FP64", "shape": list(rows.shape)}
    content = rows.astype("<f8").tobytes()
    head = json.dumps(
        {
            "inputs": [{**tensor, "parameters": {"binary_data_size": len(content)}}],
            "parameters": {"binary_data_output": True},
        }
    ).encode()
    size = str(len(head))
    return http_request(
        path,
        head + content,
        Content_Type="application/octet-stream",
        Inference_Header_Content_Length=size,
    )
