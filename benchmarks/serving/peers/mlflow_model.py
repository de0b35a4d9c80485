"""A model saved as MLflow wants it, then its own server."""

import os
import shutil
import sys

import joblib
import mlflow.sklearn

shutil.rmtree("mlflow_model", ignore_errors=True)  # of a round before
mlflow.sklearn.save_model(
    joblib.load("model.joblib"), "mlflow_model", serialization_format="cloudpickle"
)
serve = ["-m", "mlflow", "models", "serve", "--model-uri", "mlflow_model", "--workers", "1"]
where = ["--port", sys.argv[1], "--host", "127.0.0.1", "--env-manager", "local"]
os.execv(sys.executable, [sys.executable, *serve, *where])
