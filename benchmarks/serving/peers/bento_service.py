"""BentoML, as its documentation shows it; `Batched` with its own adaptive batching."""

from pathlib import Path
from typing import Any

import bentoml
import joblib
import numpy as np
import pandas as pd

# The schema of the API follows the annotation: a matrix, or named columns. Batches of data frames
# were never answered, so batched columns come as records.
NAMED = Path("columns.json").exists()
Rows = pd.DataFrame if NAMED else np.ndarray
Batch = list[dict[str, Any]] if NAMED else np.ndarray


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
    def infer(self, rows: Batch) -> np.ndarray:
        return self.model.predict(pd.DataFrame(rows) if NAMED else rows)
