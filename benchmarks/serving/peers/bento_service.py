"""BentoML, as its documentation shows it; `Batched` with its own adaptive batching."""

from pathlib import Path

import bentoml
import joblib
import numpy as np
import pandas as pd

# The schema of the API follows the annotation: a matrix, or named columns.
Rows = pd.DataFrame if Path("columns.json").exists() else np.ndarray


@bentoml.service(workers=1, traffic={"timeout": 60})
class Plain:
    def __init__(self) -> None:
        self.model = joblib.load("model.joblib")

    @bentoml.api
    def infer(self, rows: Rows) -> np.ndarray:
        return self.model.predict(rows)


@bentoml.service(workers=1, traffic={"timeout": 60})
class Batched:
    def __init__(self) -> None:
        self.model = joblib.load("model.joblib")

    @bentoml.api(batchable=True, max_batch_size=64, max_latency_ms=1000)
    def infer(self, rows: Rows) -> np.ndarray:
        return self.model.predict(rows)
