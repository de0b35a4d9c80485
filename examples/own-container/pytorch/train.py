"""Trains a small network with PyTorch and leaves it as an ONNX model.

Filling in what is missing, scaling and the names of the classes are part of the model, so requests
carry raw columns and answers are labels.
"""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import numpy as np
import onnx
import pyarrow.parquet as pq
import torch
from onnx import TensorProto, helper

DATA = Path(os.environ["TRAINYARD_DATA"])
OUTPUT = Path(os.environ["TRAINYARD_OUTPUT"])
TARGET = os.environ["TRAINYARD_TARGET"]
SEED = int(os.environ["TRAINYARD_SEED"])
# Each variable of spec.container.env is there under its own name, too.
EPOCHS = int(os.environ.get("EPOCHS", "300"))
WIDTH = int(os.environ.get("WIDTH", "16"))


def features() -> list[str]:
    """The columns that a request will carry, in this order."""
    columns = json.loads((DATA / "columns.json").read_text())["columns"]
    found = [column for column in columns if column["role"] == "Feature"]
    texts = [column["name"] for column in found if column["kind"] == "Category"]
    if texts:
        print(f"this example takes numbers; give {', '.join(texts)} the role Ignore in the Dataset")
        raise SystemExit(10)  # trying again would not help
    return [column["name"] for column in found]


class Network(torch.nn.Module):
    """Raw numbers of 32 bits in; the class's number and all probabilities out."""

    def __init__(self, numbers: np.ndarray, classes: int) -> None:
        super().__init__()
        middle, spread = np.nanmean(numbers, axis=0), np.nanstd(numbers, axis=0)
        self.register_buffer("middle", torch.tensor(middle, dtype=torch.float32))
        self.register_buffer("spread", torch.tensor(np.maximum(spread, 1e-6), dtype=torch.float32))
        self.layers = torch.nn.Sequential(
            torch.nn.Linear(numbers.shape[1], WIDTH),
            torch.nn.ReLU(),
            torch.nn.Linear(WIDTH, classes),
        )

    def scores(self, numbers: torch.Tensor) -> torch.Tensor:
        """What softmax makes probabilities of."""
        known = torch.where(torch.isnan(numbers), self.middle, numbers)
        return self.layers((known - self.middle) / self.spread)

    def forward(self, numbers: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The likeliest class of each row, and the probabilities of all."""
        probabilities = torch.softmax(self.scores(numbers), dim=1)
        return torch.argmax(probabilities, dim=1), probabilities


def fitted(numbers: np.ndarray, labels: np.ndarray) -> Network:
    """The network after so many steps down the gradient of all rows; the same for a seed."""
    torch.manual_seed(SEED)
    torch.set_num_threads(1)  # sums in one order, whatever the node
    torch.use_deterministic_algorithms(True)
    classes = np.unique(labels)
    network = Network(numbers, len(classes))
    rows = torch.tensor(numbers)
    answers = torch.tensor(np.searchsorted(classes, labels))
    optimizer = torch.optim.Adam(network.parameters(), lr=0.02, weight_decay=1e-3)
    for _ in range(EPOCHS):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(network.scores(rows), answers).backward()
        optimizer.step()
    return network.eval()


def in_onnx(network: Network, columns: int, classes: np.ndarray) -> bytes:
    """The network, its class numbers exchanged for the labels; any number of rows."""
    file = io.BytesIO()
    torch.onnx.export(
        network,
        (torch.zeros(2, columns),),
        file,
        input_names=["input"],
        output_names=["number", "probabilities"],
        dynamic_axes={name: {0: "rows"} for name in ("input", "number", "probabilities")},
        opset_version=16,
    )
    model = onnx.load_from_string(file.getvalue())
    graph, texts = model.graph, classes.dtype.kind not in "biu"
    kind = TensorProto.STRING if texts else TensorProto.INT64
    values = [str(label).encode() if texts else int(label) for label in classes]
    graph.initializer.append(helper.make_tensor("classes", kind, [len(classes)], values))
    graph.node.append(helper.make_node("Gather", ["classes", "number"], ["label"]))
    graph.output[0].CopyFrom(helper.make_tensor_value_info("label", kind, ["rows"]))
    onnx.checker.check_model(model)
    return model.SerializeToString()


def main() -> None:
    """Fit, and write model.onnx."""
    names = features()
    table = pq.read_table(DATA / "train.parquet")
    # Servers hand numbers on with 32 bits: train on what the model will be asked.
    columns = [table.column(name).to_numpy().astype(np.float32) for name in names]
    numbers, labels = np.column_stack(columns), np.array(table.column(TARGET).to_pylist())
    network = fitted(numbers, labels)
    right = np.mean(np.unique(labels)[network(torch.tensor(numbers))[0].numpy()] == labels)
    (OUTPUT / "model.onnx").write_bytes(in_onnx(network, len(names), np.unique(labels)))
    print(f"{EPOCHS} steps on {len(labels)} rows, of which {right:.3f} are answered right")


if __name__ == "__main__":
    main()
