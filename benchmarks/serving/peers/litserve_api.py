"""LitServe, as its documentation shows it; batched when a second argument is given."""

import sys

import joblib
import litserve
import numpy as np

BATCH = int(sys.argv[2])


class Sklearn(litserve.LitAPI):
    def setup(self, device):
        self.model = joblib.load("model.joblib")

    def decode_request(self, request):
        tensor = request["inputs"][0]
        return np.array(tensor["data"], dtype=float).reshape(tensor["shape"])

    def batch(self, inputs):
        self.sizes = [len(rows) for rows in inputs]
        return np.concatenate(inputs)

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
