"""Bundles that several tests read (and never change)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import serving_bundles as bundles
from serving_bundles import Sample
from serving_process import Running, environment, running
from serving_slow_model import slow_bundle


@pytest.fixture(scope="session")
def tumours_sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """Tumours by a linear model, as ONNX and skops."""
    directory = tmp_path_factory.mktemp("tumours")
    return bundles.packed(directory, bundles.linear(), bundles.tumours(), ("onnx", "skops"))


@pytest.fixture(scope="session")
def patients_sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """Patients (features of every kind) by a tolerant pipeline, as ONNX and skops."""
    directory = tmp_path_factory.mktemp("patients")
    model = bundles.tolerant_columns()
    return bundles.packed(directory, model, bundles.patients(), ("onnx", "skops"))


@pytest.fixture(scope="session")
def tumours_server(
    tumours_sample: Sample, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    """A server of the tumours bundle with small limits."""
    environ = environment(
        tumours_sample.directory,
        tumours_sample.digest,
        TRAINYARD_MAX_BODY_BYTES="200000",
        TRAINYARD_MAX_REQUEST_ROWS="600",
    )
    errors = tmp_path_factory.mktemp("errors") / "stderr"
    with running(environ, errors) as server:
        yield server


@pytest.fixture(scope="session")
def patients_server(
    patients_sample: Sample, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    """A server of the patients bundle."""
    environ = environment(patients_sample.directory, patients_sample.digest)
    errors = tmp_path_factory.mktemp("errors") / "stderr"
    with running(environ, errors) as server:
        yield server


@pytest.fixture(scope="session")
def slow_sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """A model that takes a second per batch, pickled with the recipe's trust."""
    return slow_bundle(tmp_path_factory.mktemp("slow"), 1.0)
