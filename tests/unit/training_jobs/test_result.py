"""What a run gave."""

from __future__ import annotations

import pytest
from builders_training import NOW, Raw, a_training_job, digest, train_result

from trainyard.api.v1alpha1.model_version import CodeRevision, ModelVersionSpec, PackedCode
from trainyard.api.v1alpha1.task import Fault
from trainyard.api.v1alpha1.training_job_status import Run, RunCause
from trainyard.jobs.failure import Failure
from trainyard.training_jobs.result import metrics_for_run, read_result

RUN = Run(
    name="model-0123456789",
    attempt=2,
    inputs_digest=digest("1"),
    recipe_digest=digest("e"),
    dataset_digest=digest("d"),
    target="diagnosis",
    cause=RunCause(kind="NewData", message="+20 rows"),
    phase="Running",
    queued_at=NOW,
)


def test_a_result_becomes_the_spec_of_a_version() -> None:
    """What the run was made of comes from its record, what it reached from its result."""
    champion = {"bundle": digest("c"), "metrics": {"accuracy": "0.8"}}
    found = read_result(a_training_job(), RUN, train_result(champion=champion), "image@sha256:1")
    assert isinstance(found, ModelVersionSpec)
    assert (found.bundle_digest, found.attempt, found.cause) == (digest("b"), 2, RUN.cause)
    assert (found.metrics, found.train_rows, found.test_rows) == ({"accuracy": "0.9"}, 80, 20)
    assert found.comparison is not None
    assert found.comparison.metrics == {"accuracy": "0.8"}
    assert (found.image, found.runtime) == ("image@sha256:1", "onnx")
    assert found.code is None


def test_the_code_of_a_container_is_recorded() -> None:
    """As its image says."""
    code = {"revision": "0f3c9a1", "source": "https://git.example.org/x", "dirty": True}
    found = read_result(a_training_job(), RUN, {**train_result(), "code": code}, "i@sha256:1")
    assert isinstance(found, ModelVersionSpec)
    assert found.code == CodeRevision(revision="0f3c9a1", source=code["source"], dirty=True)


def test_what_loading_runs_is_recorded() -> None:
    """A pickle, and the modules that travel with it."""
    packed = {"modules": ["rare_rows"], "files": 2, "bytes": 2104}
    told = {**train_result(), "trust": "Pickle", "packedCode": packed}
    found = read_result(a_training_job(), RUN, told, "i@sha256:1")
    assert isinstance(found, ModelVersionSpec)
    assert "Pickle" == found.trust
    assert PackedCode(modules=("rare_rows",), files=2, bytes=2104) == found.packed_code
    plain = read_result(a_training_job(), RUN, train_result(), "i@sha256:1")
    assert isinstance(plain, ModelVersionSpec)
    assert (None, None) == (plain.trust, plain.packed_code)


@pytest.mark.parametrize(
    ("result", "fault", "reason"),
    [
        pytest.param(
            {"outcome": "Failed", "reason": "TrainingRaised", "message": "no"},
            Fault.USER,
            "TrainingRaised",
            id="a stored failure is the user's",
        ),
        pytest.param(
            train_result(dataset="9"), Fault.INFRASTRUCTURE, "ResultUnreadable", id="other data"
        ),
        pytest.param(
            {**train_result(), "bundle": "nonsense"},
            Fault.INFRASTRUCTURE,
            "ResultUnreadable",
            id="no digest",
        ),
        pytest.param(
            {"outcome": "Succeeded"}, Fault.INFRASTRUCTURE, "ResultUnreadable", id="nothing"
        ),
        pytest.param(
            {**train_result(), "metrics": [1]},
            Fault.INFRASTRUCTURE,
            "ResultUnreadable",
            id="no mapping",
        ),
        pytest.param(
            {**train_result(), "champion": {"metrics": {}}},
            Fault.INFRASTRUCTURE,
            "ResultUnreadable",
            id="a champion without a name",
        ),
    ],
)
def test_a_result_that_is_no_model(result: Raw, fault: Fault, reason: str) -> None:
    """No shape of the document raises."""
    found = read_result(a_training_job(), RUN, result, "")
    assert isinstance(found, Failure)
    assert (found.fault, found.reason) == (fault, reason)


def test_a_run_shows_twelve_metrics() -> None:
    """The version has them all."""
    metrics: Raw = {f"m{number:02}": "1" for number in range(20)}
    found = read_result(a_training_job(), RUN, train_result(**metrics), "")
    assert isinstance(found, ModelVersionSpec)
    assert len(found.metrics or {}) == 20
    assert list(metrics_for_run(found)) == [f"m{number:02}" for number in range(12)]
