"""LitServe, as its documentation shows it; batched when the second argument says so."""

import sys
from pathlib import Path

import joblib
import litserve
import numpy as np
import pandas as pd

BATCH = int(sys.argv[2])


class Sklearn(litserve.LitAPI):
    def setup(self, device):
        self.model = joblib.load("model.joblib")
        self.named = Path("columns.json").exists()

    def decode_request(self, request):
        tensors = request["inputs"]
        if self.named:
            return pd.DataFrame({tensor["name"]: tensor["data"] for tensor in tensors})
        return np.array(tensors[0]["data"], dtype=float).reshape(tensors[0]["shape"])

    def batch(self, inputs):
        self.sizes = [len(rows) for rows in inputs]
        return pd.concat(inputs) if self.named else np.concatenate(inputs)

    def predict(self, rows):
        return self.model.predict(rows)

    def unbatch(self, labels):
        return np.split(labels, np.cumsum(self.sizes)[:-1])

    def encode_response(self, labels):
        output = {"name": "predict", "datatype": "INT64", "shape": [len(labels)]}
        return {"model_name": "bench", "outputs": [{**output, "data": labels.tolist()}]}


if __name__ == "__main__":
    limits = {"max_batch_size": BATCH, "batch_timeout": 0.002} if BATCH > 1 else {}
    api = Sklearn(**limits)
    server = litserve.LitServer(api, accelerator="cpu", workers_per_device=1)
    server.run(
        port=int(sys.argv[1]), num_api_servers=1, generate_client_file=False, log_level="warning"
    )
