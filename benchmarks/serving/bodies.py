"""How are the same rows written for each server?"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.serving.workloads import is_matrix

V2_PATH = "/v2/models/bench/infer"
INPUT = "input"


def http_request(path: str, body: bytes, **headers: str) -> bytes:
    """A complete POST."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if "Content_Type" not in headers:
        lines.append("Content-Type: application/json")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def v2_request(table: pd.DataFrame, path: str = V2_PATH) -> bytes:
    """The Open Inference Protocol in JSON: one matrix, or one tensor per column."""
    return http_request(path, _json({"inputs": [_with_data(*each) for each in _tensors(table)]}))


def v2_pandas_request(table: pd.DataFrame) -> bytes:
    """The same; columns are marked as a table, as MLServer and KServe want it."""
    if is_matrix(table):
        return v2_request(table)
    inputs = [_with_data(*each) for each in _tensors(table)]
    for tensor in inputs:
        if tensor["datatype"] == "BYTES":
            tensor["parameters"] = {"content_type": "str"}
    return http_request(V2_PATH, _json({"parameters": {"content_type": "pd"}, "inputs": inputs}))


def v2_binary_request(table: pd.DataFrame) -> bytes:
    """The same rows as bytes behind a small JSON, asking for bytes."""
    contents, inputs = [], []
    for tensor, values in _tensors(table):
        contents.append(_content(values))
        inputs.append({**tensor, "parameters": {"binary_data_size": len(contents[-1])}})
    head = _json({"inputs": inputs, "parameters": {"binary_data_output": True}})
    return http_request(
        V2_PATH,
        head + b"".join(contents),
        Content_Type="application/octet-stream",
        Inference_Header_Content_Length=str(len(head)),
    )


def _json(document: Any) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()


def _tensors(table: pd.DataFrame) -> list[tuple[dict[str, Any], Any]]:
    """Heads of tensors and their values."""
    if is_matrix(table):
        return [_tensor(INPUT, table.to_numpy())]
    return [_tensor(str(name), table[[name]].to_numpy()) for name in table.columns]


def _tensor(name: str, values: Any) -> tuple[dict[str, Any], Any]:
    datatype = "FP64" if values.dtype.kind == "f" else "BYTES"
    return {"name": name, "datatype": datatype, "shape": list(values.shape)}, values


def _with_data(tensor: dict[str, Any], values: Any) -> dict[str, Any]:
    return {**tensor, "data": values.ravel().tolist()}


def _content(values: Any) -> bytes:
    """Numbers little-endian; texts each behind its length in four bytes."""
    if values.dtype.kind == "f":
        content: bytes = values.astype("<f8").tobytes()
        return content
    texts = [str(text).encode() for text in np.ravel(values)]
    return b"".join(len(text).to_bytes(4, "little") + text for text in texts)
