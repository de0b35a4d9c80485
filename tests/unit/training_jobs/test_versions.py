"""Which version is current."""

from __future__ import annotations

from builders_training import NOW, a_deployment, a_model_version, digest, judged

from trainyard.api.v1alpha1.training_job_status import Inputs, Run, RunCause
from trainyard.training_jobs.versions import (
    acceptance,
    current_version,
    failures_seen,
    version_named,
)

INPUTS = Inputs(
    digest=digest("1"),
    recipe_digest=digest("e"),
    dataset_digest=digest("d"),
    cause=RunCause(kind="FirstRun"),
    since=NOW,
)
BY_ITSELF = {"cause": {"kind": "NewData"}}


def test_the_current_version_is_accepted_and_of_the_current_inputs():
    """Of several the highest attempt."""
    first = a_model_version("1", status=judged(True), attempt=0)
    second = a_model_version("2", status=judged(True), attempt=1)
    refused = a_model_version("3", status=judged(False), attempt=2)
    other = a_model_version("4", status=judged(True), inputsDigest=digest("9"), attempt=3)
    current = current_version(INPUTS, (second, first, refused, other))
    assert current is not None
    assert current.name == second.metadata.name
    assert current_version(INPUTS, (refused, other)) is None
    assert current_version(None, (first,)) is None


def test_a_verdict_has_three_values():
    """Accepted, refused, not judged."""
    found = [
        acceptance(a_model_version(status=status)) for status in (judged(True), judged(False), None)
    ]
    assert found == [True, False, None]


def test_versions_are_found_by_name():
    """Or not at all."""
    version = a_model_version()
    assert version_named((version,), "model-bbbbbbbbbb") == version
    assert version_named((version,), "") is None


def test_what_came_to_nothing_is_named():
    """Failed, refused and rolled back retrains; not those that people asked for."""
    run = Run(
        name="run-a",
        attempt=0,
        inputs_digest=digest("1"),
        recipe_digest=digest("e"),
        dataset_digest=digest("d"),
        cause=RunCause(kind="Signal"),
        phase="Failed",
        queued_at=NOW,
    )
    asked = run.model_copy(update={"name": "run-b", "cause": RunCause(kind="Request")})
    waiting = run.model_copy(update={"name": "run-c", "retry_at": NOW})
    refused = a_model_version("2", status=judged(False), **BY_ITSELF)
    lost = a_model_version("3", status=judged(True), **BY_ITSELF)
    by_hand = a_model_version("4", status=judged(False))
    entry = {
        "bundleDigest": digest("3"),
        "revision": "r",
        "since": "2026-05-04T12:00:00Z",
        "reason": "Crashed",
    }
    deployments = (a_deployment(quarantine=[entry]),)
    found = failures_seen((run, asked, waiting), (refused, lost, by_hand), deployments)
    assert list(found) == [
        "failed:run-a",
        "refused:model-2222222222",
        "rolled-back:model-3333333333",
    ]


def test_the_attempts_of_one_retrain_count_once():
    """Two that failed by the machine's fault and a last one; nothing where the last succeeded."""
    attempts = [
        Run(
            name=f"run-{attempt}",
            attempt=attempt,
            retry=attempt,
            inputs_digest=digest("1"),
            recipe_digest=digest("e"),
            dataset_digest=digest("d"),
            cause=RunCause(kind="NewData"),
            phase="Failed",
            queued_at=NOW,
        )
        for attempt in (2, 1, 0)
    ]
    assert ["failed:run-2"] == list(failures_seen(attempts, (), ()))
    attempts[0] = attempts[0].model_copy(update={"phase": "Succeeded"})
    assert [] == list(failures_seen(attempts, (), ()))
