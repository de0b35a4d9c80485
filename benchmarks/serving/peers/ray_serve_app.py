"""Ray Serve, as its documentation shows it, with its own batching; one replica."""

import os
import signal
import sys
from pathlib import Path

import joblib
import numpy as np
import pandas as pd

os.environ["RAY_AUTH_MODE"] = "disabled"
os.environ["RAY_USAGE_STATS_ENABLED"] = "0"

import ray
from ray import serve
from starlette.requests import Request

FOLDER = Path.cwd()


@serve.deployment(
    num_replicas=1,
    max_ongoing_requests=200,
    ray_actor_options={"num_cpus": 0.1},
    logging_config={"log_level": "WARNING", "enable_access_log": False},
)
class Sklearn:
    def __init__(self) -> None:
        self.model = joblib.load(FOLDER / "model.joblib")
        self.named = (FOLDER / "columns.json").exists()

    @serve.batch(max_batch_size=64, batch_wait_timeout_s=0.002)
    async def predict(self, bodies: list) -> list:
        rows = [row for body in bodies for row in body["rows"]]
        labels = self.model.predict(pd.DataFrame(rows) if self.named else np.array(rows))
        sizes = [len(body["rows"]) for body in bodies]
        return [part.tolist() for part in np.split(labels, np.cumsum(sizes)[:-1])]

    async def __call__(self, request: Request) -> list:
        return await self.predict(await request.json())


if __name__ == "__main__":
    ray.init(
        num_cpus=1,
        include_dashboard=False,
        log_to_driver=False,
        object_store_memory=100 << 20,
        _temp_dir=str(FOLDER / "r"),
    )
    serve.start(
        http_options={"host": "127.0.0.1", "port": int(sys.argv[1])},
        logging_config={"log_level": "WARNING", "enable_access_log": False},
    )
    serve.run(Sklearn.bind(), route_prefix="/")
    signal.pause()
