"""Who scores the rows, by which commands, and where do the answers lie?"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks.batch.scored_models import ScoredModel
from benchmarks.data.measuring import Cost, cost_of
from benchmarks.serving.locked_environments import locked, python_of_locked

OURS = "Trainyard"
MLFLOW = "MLflow pyfunc"
MLFLOW_PROBABILITIES = "MLflow pyfunc, probabilities"
ANSWERS = "answers.parquet"
_VERBS = ("stage-in", "score", "stage-out")
_OUTPUT = "predictions/benchmark/run"
_PEER = Path(__file__).parent / "peers" / "mlflow_pyfunc.py"


def ours(source: Path, model: ScoredModel, folder: Path) -> Cost:
    """The three containers of one part, one after the other: all that they take."""
    task = {
        "version": 1,
        "run": "benchmark",
        "source": {"kind": "files", "root": str(source.parent), "path": source.name},
        "bundle": model.digest,
        "output": _OUTPUT,
        "columns": ["id"],
    }
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "OMP_NUM_THREADS": "1",
        "TMPDIR": str(folder),
        "JOB_COMPLETION_INDEX": "0",
        "TRAINYARD_TASK": json.dumps(task),
        "TRAINYARD_MOUNT": str(folder / "trainyard"),
        "TRAINYARD_STORE_URL": f"file://{model.store}",
        "TRAINYARD_TERMINATION_LOG": str(folder / "message"),
    }
    shutil.rmtree(model.store / "predictions", ignore_errors=True)
    costs = [
        cost_of((sys.executable, "-m", "trainer", verb), environment, 1, folder / f"{verb}.log")
        for verb in _VERBS
    ]
    written = model.store / _OUTPUT / "part-00000.parquet"
    if written.exists():
        shutil.copy(written, folder / ANSWERS)
    return Cost(
        sum(cost.seconds for cost in costs),
        sum(cost.cpu_seconds for cost in costs),
        max(cost.peak_mib for cost in costs),
        next((cost.failed for cost in costs if cost.failed), ""),
    )


def mlflow(source: Path, model: ScoredModel, folder: Path) -> Cost:
    """`mlflow.pyfunc.load_model` over data frames of 100,000 rows; the labels alone."""
    return _mlflow(source, model, folder, "predict")


def mlflow_probabilities(source: Path, model: ScoredModel, folder: Path) -> Cost:
    """The same with probabilities beside the labels, as ours are written."""
    return _mlflow(source, model, folder, "predict_proba")


def _mlflow(source: Path, model: ScoredModel, folder: Path, asked: str) -> Cost:
    python = str(python_of_locked(locked("mlflow-pyfunc")))
    environment = {"PATH": os.environ["PATH"], "OMP_NUM_THREADS": "1", "HOME": str(folder)}
    saved = folder / "saved"
    subprocess.run(
        (python, str(_PEER), "save", str(model.pickle), str(saved), asked),
        check=True,
        env=environment,
    )
    score = (python, str(_PEER), "score", str(saved), str(source), str(folder / ANSWERS))
    return cost_of(score, environment, 1, folder / "score.log")


CONTENDERS: Mapping[str, Callable[[Path, ScoredModel, Path], Cost]] = {
    OURS: ours,
    MLFLOW: mlflow,
    MLFLOW_PROBABILITIES: mlflow_probabilities,
}
