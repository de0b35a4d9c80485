"""Whose fault a failed Job is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from builders_training import NOW

from trainyard.api.v1alpha1.task import Fault
from trainyard.jobs.failure import failure_of
from trainyard.jobs.job_view import JobPhase, JobView
from trainyard.jobs.pods import ContainerEnd


def _view(end: ContainerEnd | None = None, **fields: Any) -> JobView:
    return JobView(name="job", phase=JobPhase.FAILED, end=end, **fields)


def _end(
    code: int, message: str = "", reason: str = "Error", container: str = "train"
) -> ContainerEnd:
    return ContainerEnd(container, code, reason, message)


SAID = '{"outcome":"Failed","reason":"ParameterInvalid","message":"no parameter depth"}'
UNREADABLE = '{"outcome":"Failed","reason":"FormatUnreadable","message":"no parquet"}'
AWAY = '{"outcome":"Failed","reason":"SourceUnreachable","message":"503"}'
NOWHERE = '{"outcome":"Failed","reason":"SourceNotFound","message":"nowhere"}'


@pytest.mark.parametrize(
    ("view", "fault", "reason", "message"),
    [
        pytest.param(
            _view(_end(12, SAID)),
            Fault.USER,
            "ParameterInvalid",
            "no parameter depth",
            id="the container's own word",
        ),
        pytest.param(
            _view(_end(25, NOWHERE, container="fetch")),
            Fault.SOURCE,
            "SourceNotFound",
            "nowhere",
            id="a source may come",
        ),
        pytest.param(
            _view(_end(22, AWAY, container="ingest")),
            Fault.SOURCE,
            "SourceUnreachable",
            "503",
            id="a source that does not answer may do so tomorrow",
        ),
        pytest.param(
            _view(_end(25)),
            Fault.INFRASTRUCTURE,
            "Error",
            "container train ended with exit code 25",
            id="a user's container that means something else by that code",
        ),
        pytest.param(
            _view(_end(1, "could not connect to server", container="extract")),
            Fault.SOURCE,
            "SourceContainerFailed",
            "container extract ended with exit code 1: could not connect to server",
            id="a container that could not fetch the rows",
        ),
        pytest.param(
            _view(_end(12, "no table visits", container="extract")),
            Fault.USER,
            "SourceContainerFailed",
            "container extract ended with exit code 12: no table visits",
            id="a container that says that only a person can put it right",
        ),
        pytest.param(
            _view(_end(15, UNREADABLE, container="ingest")),
            Fault.USER,
            "FormatUnreadable",
            "no parquet",
            id="a file that is there and cannot be read",
        ),
        pytest.param(
            _view(_end(1, "x" * 900 + "\nValueError: no rows\n")),
            Fault.INFRASTRUCTURE,
            "Error",
            "container train ended with exit code 1: …\nValueError: no rows",
            id="a traceback, whose end counts",
        ),
        pytest.param(
            _view(_end(1)),
            Fault.INFRASTRUCTURE,
            "Error",
            "container train ended with exit code 1",
            id="another code without words",
        ),
        pytest.param(
            _view(_end(137, "", "OOMKilled")),
            Fault.INFRASTRUCTURE,
            "OutOfMemory",
            "container train used more memory than it may: raise spec.pod.resources.limits.memory",
            id="too little memory",
        ),
        pytest.param(
            _view(reason="DeadlineExceeded", started_at=NOW),
            Fault.USER,
            "DeadlineExceeded",
            "it was still at work at its deadline: give it more time, or less to do",
            id="a deadline in the middle of work",
        ),
        pytest.param(
            _view(reason="DeadlineExceeded", waiting="ImagePullBackOff"),
            Fault.INFRASTRUCTURE,
            "NotStarted",
            "no container began before the deadline: ImagePullBackOff",
            id="a deadline before any work",
        ),
        pytest.param(
            _view(),
            Fault.INFRASTRUCTURE,
            "PodLost",
            "the pod ended without a result: it was deleted, or its node went away",
            id="no pod left",
        ),
        pytest.param(
            _view(reason="BackoffLimitExceeded", lost="OutOfcpu: node is full"),
            Fault.INFRASTRUCTURE,
            "PodLost",
            "the pod ended without a result: OutOfcpu: node is full",
            id="a pod that its node refused",
        ),
        pytest.param(
            _view(reason="PodFailurePolicy", message="exit code 12", lost="Evicted: low on disk"),
            Fault.INFRASTRUCTURE,
            "PodLost",
            "the pod ended without a result: Evicted: low on disk",
            id="a pod that was put out, whatever code its container ended with",
        ),
        pytest.param(
            _view(reason="DeadlineExceeded", started_at=NOW, lost="Evicted: low on disk"),
            Fault.USER,
            "DeadlineExceeded",
            "it began anew after its pod was lost, until its deadline (Evicted: low on disk)",
            id="a pod that is evicted again and again",
        ),
        pytest.param(
            _view(reason="Other", message="words of the controller"),
            Fault.INFRASTRUCTURE,
            "Other",
            "words of the controller",
            id="another reason of the Job controller",
        ),
    ],
)
def test_a_failure(view: JobView, fault: Fault, reason: str, message: str) -> None:
    """Exit codes 10 to 19 are the user's; the rest may be tried again."""
    found = failure_of(view)
    assert (fault, reason, message) == (found.fault, found.reason, found.message)


LONG = "x" * 700


@pytest.mark.parametrize(
    ("view", "reason", "message"),
    [
        pytest.param(
            _view(_end(12, json.dumps({"outcome": "Failed", "reason": LONG, "message": LONG}))),
            f"{'x' * 63}…",
            f"{'x' * 399}…",
            id="the container's own word",
        ),
        pytest.param(
            _view(reason="PodFailurePolicy", message=LONG),
            "PodFailurePolicy",
            f"{'x' * 399}…",
            id="the Job controller's",
        ),
        pytest.param(
            _view(lost=LONG),
            "PodLost",
            f"the pod ended without a result: {'x' * 367}…",
            id="why the pod was lost",
        ),
        pytest.param(
            _view(_end(1, "x" * 360)),
            "Error",
            f"container train ended with exit code 1: {'x' * 360}",
            id="last words that just fit",
        ),
        pytest.param(
            _view(_end(1, f"{'y' * 355}\nno rows")),
            "Error",
            "container train ended with exit code 1: …\nno rows",
            id="the end of last words",
        ),
    ],
)
def test_what_is_too_long_is_cut(view: JobView, reason: str, message: str) -> None:
    """A status has room for so much."""
    found = failure_of(view)
    assert (reason, message) == (found.reason, found.message)


def test_a_container_that_gave_no_reason_has_the_kubelets_or_none() -> None:
    """Whatever the kubelet calls it."""
    assert "ContainerCannotRun" == failure_of(_view(_end(128, reason="ContainerCannotRun"))).reason
    assert "Error" == failure_of(_view(_end(1, reason=""))).reason
