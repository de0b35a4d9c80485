"""What most people write first: FastAPI, pydantic, model.predict."""

import sys
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

model = joblib.load("model.joblib")
named = Path("columns.json").exists()
app = FastAPI()


class Tensor(BaseModel):
    name: str
    datatype: str
    shape: list[int]
    data: list[Any]


class Request(BaseModel):
    inputs: list[Tensor]


@app.get("/ready")
def ready() -> dict[str, bool]:
    return {"ready": True}


@app.post("/v2/models/bench/infer")
async def infer(request: Request) -> dict[str, Any]:
    if named:
        rows = pd.DataFrame({tensor.name: tensor.data for tensor in request.inputs})
    else:
        tensor = request.inputs[0]
        rows = np.array(tensor.data, dtype=float).reshape(tensor.shape)
    labels = model.predict(rows)
    output = {"name": "predict", "datatype": "INT64", "shape": [len(labels)]}
    return {"model_name": "bench", "outputs": [{**output, "data": labels.tolist()}]}


uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
