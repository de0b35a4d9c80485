"""scikit-learn behind Triton's Python backend: one predict for all requests of a batch."""

import json
import os
import sys
from pathlib import Path

# The backend's own interpreter does not know the environment.
sys.path.insert(0, os.environ["MODEL_LIBRARIES"])

import joblib
import numpy as np
import numpy.core.numeric
import pandas as pd
import triton_python_backend_utils as triton

# The model was pickled with numpy 2, which has a module at another place.
sys.modules.setdefault("numpy._core.numeric", numpy.core.numeric)
FOLDER = Path(os.environ["MODEL_FOLDER"])


class TritonPythonModel:
    def initialize(self, args):
        self.model = joblib.load(FOLDER / "model.joblib")
        file = FOLDER / "columns.json"
        self.columns = json.loads(file.read_text()) if file.exists() else None

    def execute(self, requests):
        parts = [self.rows(request) for request in requests]
        rows = pd.concat(parts) if self.columns else np.concatenate(parts)
        labels = np.split(self.model.predict(rows), np.cumsum([len(part) for part in parts])[:-1])
        return [
            triton.InferenceResponse([triton.Tensor("predict", part.reshape(-1, 1))])
            for part in labels
        ]

    def rows(self, request):
        if self.columns is None:
            return triton.get_input_tensor_by_name(request, "input").as_numpy()
        values = {
            name: triton.get_input_tensor_by_name(request, name).as_numpy().ravel()
            for name in self.columns
        }
        texts = {n: [t.decode() for t in v] for n, v in values.items() if v.dtype.kind == "O"}
        return pd.DataFrame({**values, **texts})
