"""A model that fails on strange rows, and a watch on how it is asked: for tests of batches."""

from __future__ import annotations

import threading
import time

import serving_bundles as bundles
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import SplineTransformer

from modelbundle.prediction import Prediction, Runtime
from modelbundle.rows import Rows
from modelbundle.signature import Signature
from modelbundle.sklearn_runtime import SklearnRuntime


class Watched:
    """A runtime that notes batch sizes and threads, and may be slow."""

    def __init__(self, inner: Runtime, seconds: float = 0.0) -> None:
        self.inner = inner
        self.seconds = seconds
        self.batches: list[int] = []
        self.threads: set[str] = set()

    @property
    def signature(self) -> Signature:
        """The inner model's."""
        return self.inner.signature

    def predict(self, rows: Rows) -> Prediction:
        """What the inner model says, later."""
        self.batches.append(len(rows))
        self.threads.add(threading.current_thread().name)
        time.sleep(self.seconds)
        return self.inner.predict(rows)


def brittle_model() -> tuple[Runtime, Rows]:
    """A model that raises on values outside of what it saw, and rows it likes."""
    spline = SplineTransformer(extrapolation="error")
    model = make_pipeline(spline, LogisticRegression(max_iter=1000))
    signature, _, rows = bundles.fitted(model, bundles.iris())
    return SklearnRuntime(model, signature), rows


def strange(rows: Rows) -> Rows:
    """One row that the brittle model raises on."""
    return Rows(rows.numbers[:1] + 1000, rows.texts[:1])
