"""Which version is current."""

from __future__ import annotations

import pytest
from builders_training import (
    INPUTS,
    NOW,
    Raw,
    a_deployment,
    a_model_version,
    a_training_job,
    an_installation,
    digest,
    judged,
)

from trainyard.api.gates import Gate
from trainyard.api.v1alpha1.model_version import ModelVersion
from trainyard.api.v1alpha1.training_job_status import CurrentVersion, Inputs, Run, RunCause
from trainyard.training_jobs.observed import Observed
from trainyard.training_jobs.versions import (
    acceptance,
    current_version,
    failures_seen,
    version_named,
)
from trainyard.verdicts import gates_digest

BY_ITSELF = {"cause": {"kind": "NewData"}}
NOT_WORSE = {"name": "not-worse", "metric": "rmse", "againstChampion": {}}


def _current(inputs: Inputs | None, *versions: ModelVersion) -> CurrentVersion | None:
    observed = Observed(an_installation(), versions=versions)
    return current_version(a_training_job(), inputs, observed)


def test_the_current_version_is_accepted_and_of_the_current_inputs() -> None:
    """Of several the highest attempt."""
    first = a_model_version("1", status=judged(True), attempt=0)
    second = a_model_version("2", status=judged(True), attempt=1, runtime="sklearn")
    refused = a_model_version("3", status=judged(False), attempt=2)
    other = a_model_version("4", status=judged(True), inputsDigest=digest("9"), attempt=3)
    current = _current(INPUTS, second, first, refused, other)
    assert current is not None
    assert current.name == second.metadata.name
    assert current.runtime == second.spec.runtime == "sklearn"
    assert _current(INPUTS, refused, other) is None
    assert _current(None, first) is None


@pytest.mark.parametrize(
    ("champion", "gates", "is_current", "found"),
    [
        pytest.param("c", [NOT_WORSE], False, True, id="judged against the present champion"),
        pytest.param("9", [NOT_WORSE], False, False, id="another champion serves by now"),
        pytest.param("c", [{**NOT_WORSE, "metric": "mae"}], False, False, id="the gate changed"),
        pytest.param("b", [NOT_WORSE], False, True, id="it serves itself by now"),
        pytest.param("9", [NOT_WORSE], True, True, id="it is current already"),
    ],
)
def test_a_version_comes_back_by_a_present_verdict_only(
    champion: str, gates: list[Raw], is_current: bool, found: bool
) -> None:
    """Or a release could begin before the gates have said anything about it."""
    verdict = {
        "champion": digest("c"),
        "gatesDigest": gates_digest((Gate.model_validate(NOT_WORSE),)),
        "datasetDigest": digest("d"),
        "accepted": True,
        "at": NOW.isoformat(),
    }
    version = a_model_version("b", status={**judged(True), "evaluations": [verdict]})
    before = {
        "name": version.metadata.name,
        "bundleDigest": digest("b"),
        "inputsDigest": digest("1"),
        "datasetDigest": digest("d"),
    }
    job = a_training_job(gates=gates, status={"current": before} if is_current else None)
    observed = Observed(an_installation(), None, (version,), (a_deployment(stable=champion),))
    assert found == (current_version(job, INPUTS, observed) is not None)


def test_a_verdict_has_three_values() -> None:
    """Accepted, refused, not judged."""
    found = [
        acceptance(a_model_version(status=status)) for status in (judged(True), judged(False), None)
    ]
    assert found == [True, False, None]


def test_versions_are_found_by_name() -> None:
    """Or not at all."""
    version = a_model_version()
    assert version_named((version,), "model-bbbbbbbbbb") == version
    assert version_named((version,), "") is None


def test_what_came_to_nothing_is_named() -> None:
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


def test_the_attempts_of_one_retrain_count_once() -> None:
    """Two that failed by the machine's fault and a last one; nothing where the last succeeded."""
    attempts = [
        Run(
            name=f"run-{attempt}",
            attempt=attempt,
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
