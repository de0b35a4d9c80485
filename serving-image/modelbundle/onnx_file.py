"""How does an ONNX model become a file, the same bytes each time?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

GRAPH_NAME = "model"


def write_onnx(model: Any, path: Path) -> None:
    """`path` holds the model (an `onnx.ModelProto`); an equal model gives the same bytes.

    Converters name the graph with a random text; it gets a fixed name. Needs no package besides
    the one the model came from.
    """
    copy = type(model)()
    copy.CopyFrom(model)
    copy.graph.name = GRAPH_NAME
    copy.graph.doc_string = ""
    copy.doc_string = ""
    # The converter collects opsets in a set of texts, whose order differs per process.
    opsets = sorted(model.opset_import, key=lambda opset: str(opset.domain))
    del copy.opset_import[:]
    copy.opset_import.extend(opsets)
    path.write_bytes(copy.SerializeToString(deterministic=True))
