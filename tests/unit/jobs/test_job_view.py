"""How a Job stands, read from the Job and its pods.

Proves: operator/trainyard/jobs/pods.py
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from builders_training import Raw, a_training_job, an_installation, metadata
from training_world import TrainingWorld

from trainyard.jobs.job_view import (
    JobPhase,
    absent,
    job_references,
    see_job,
    view_job,
)
from trainyard.jobs.pods import ContainerEnd
from trainyard.ownership import MANAGED_BY, child_labels

OWNER = a_training_job()
RESULT = {"verb": "train", "outcome": "Succeeded"}
MOMENT = "2026-05-04T12:00:00Z"


def _job(type_: str = "", *, owner: str = "uid-model", **meta: Any) -> Raw:
    conditions = [{"type": type_, "status": "True", "reason": "R", "lastTransitionTime": MOMENT}]
    references = [{"uid": owner, "controller": True}]
    return {
        "metadata": metadata("job", ownerReferences=references, **meta),
        "spec": {"template": {"spec": {"containers": []}}},
        "status": {"conditions": conditions if type_ else []},
    }


def _pod(*statuses: Raw, job: str = "uid-job", created: str = MOMENT, **status: Any) -> Raw:
    references = [{"uid": job, "controller": True}]
    meta = metadata("pod", ownerReferences=references, creationTimestamp=created)
    return {"metadata": meta, "status": {"containerStatuses": list(statuses), **status}}


def _terminated(name: str = "publish", code: int = 0, message: str = "", **more: Any) -> Raw:
    state = {"exitCode": code, "message": message, "startedAt": MOMENT, **more}
    return {"name": name, "state": {"terminated": state}, "imageID": f"image-of-{name}"}


@pytest.mark.parametrize(
    ("job", "pods", "phase"),
    [
        pytest.param(_job(), (), JobPhase.WAITING, id="no pod yet"),
        pytest.param(_job(), (_pod(_terminated()),), JobPhase.RUNNING, id="a container began"),
        pytest.param(_job("Complete"), (), JobPhase.SUCCEEDED, id="complete"),
        pytest.param(_job("Failed"), (), JobPhase.FAILED, id="failed"),
        pytest.param(_job("FailureTarget"), (), JobPhase.WAITING, id="about to fail"),
        pytest.param(_job("Complete", owner="other"), (), JobPhase.FOREIGN, id="not ours"),
    ],
)
def test_the_phase(job: Raw, pods: tuple[Raw, ...], phase: JobPhase) -> None:
    """Only conditions that are final end a Job."""
    assert phase == view_job(job, pods, OWNER, ("publish",)).phase


@pytest.mark.parametrize(
    ("pod", "expected"),
    [
        pytest.param(_pod(_terminated(message=json.dumps(RESULT))), RESULT, id="the reporter's"),
        pytest.param(
            _pod(_terminated("train", message=json.dumps(RESULT))), None, id="user code's word"
        ),
        pytest.param(
            _pod(_terminated(message=json.dumps(RESULT)), job="another"),
            None,
            id="a pod that is not this Job's",
        ),
        pytest.param(
            _pod(_terminated(code=21, message=json.dumps(RESULT))), None, id="a failed container's"
        ),
        pytest.param(_pod(_terminated(message="{cut")), None, id="cut JSON"),
    ],
)
def test_whose_word_is_the_result(pod: Raw, expected: Raw | None) -> None:
    """Only that of the reporting container of a pod which the Job owns."""
    view = view_job(_job("Complete"), (pod,), OWNER, ("publish",))
    assert view.results == ({} if expected is None else {0: expected})
    assert view.has_all_results is (expected is not None)


def test_results_of_an_indexed_job_are_by_completion_index() -> None:
    """Each pod says which completion it stands for; all of them make it whole."""
    first, third = (
        _pod(_terminated(message='{"outcome":"a"}')),
        _pod(_terminated(message='{"outcome":"c"}')),
    )
    for pod, index in ((first, "0"), (third, "2")):
        annotation = {"batch.kubernetes.io/job-completion-index": index}
        pod["metadata"]["annotations"] = annotation
    job = {**_job("Complete"), "spec": {"completions": 3, "completionMode": "Indexed"}}
    view = view_job(job, (first, third), OWNER, ("publish",))
    assert view.results == {0: {"outcome": "a"}, 2: {"outcome": "c"}}
    assert (view.completions, view.has_all_results) == (3, False)


def test_how_the_newest_pod_failed() -> None:
    """Its first container with an exit code, word for word."""
    old = _pod(_terminated("train", 1, "old"), created="2026-05-04T11:00:00Z")
    new = _pod(_terminated("train", 12, "new", reason="Error"))
    view = view_job(_job("Failed"), (old, new), OWNER, ("publish",))
    assert view.end == ContainerEnd("train", 12, "Error", "new")


def test_containers_of_a_pod_that_was_put_out_did_not_fail_by_themselves() -> None:
    """Whatever code they ended with: the node's word counts, and that of another pod."""
    evicted = {"phase": "Failed", "reason": "Evicted", "message": "low on disk"}
    first = _pod(_terminated("train", 12), created="2026-05-04T11:00:00Z", **evicted)
    view = view_job(_job("Failed"), (first,), OWNER, ("publish",))
    assert (None, "Evicted: low on disk") == (view.end, view.lost)
    second = _pod(_terminated("train", 13, "own fault", reason="Error"))
    view = view_job(_job("Failed"), (first, second), OWNER, ("publish",))
    assert ContainerEnd("train", 13, "Error", "own fault") == view.end


def test_what_keeps_a_pod_from_starting_is_told() -> None:
    """Image and scheduling problems reach the condition; normal waits do not."""
    pulling = {"name": "fetch", "state": {"waiting": {"reason": "ImagePullBackOff"}}}
    creating = {"name": "fetch", "state": {"waiting": {"reason": "ContainerCreating"}}}
    unplaced = {
        "type": "PodScheduled",
        "status": "False",
        "reason": "Unschedulable",
        "message": "0/1 nodes",
    }
    found = [
        view_job(_job(), (pod,), OWNER, ()).waiting
        for pod in (_pod(pulling), _pod(creating), _pod(conditions=[unplaced]))
    ]
    assert found == ["fetch: ImagePullBackOff: ", "", "Unschedulable: 0/1 nodes"]


def test_a_store_that_no_free_node_has_is_told_with_what_to_do() -> None:
    """The scheduler's own words help nobody."""
    message = "0/2 nodes are available: 1 node(s) had volume node affinity conflict"
    unplaced = {"type": "PodScheduled", "status": "False", "message": message}
    found = view_job(_job(), (_pod(conditions=[unplaced]),), OWNER, ()).waiting
    assert "make it ReadWriteMany" in found
    assert "volume node affinity conflict" in found


def test_a_job_without_a_pod_is_told_once_its_controller_took_it_up() -> None:
    """A moment after it was created it has none either; one that ended needs none."""
    taken_up = {"startTime": MOMENT}
    jobs = (_job(), {**_job(), "status": taken_up}, {**_job(), "status": {**taken_up, "active": 1}})
    assert [view_job(job, (), OWNER, ()).is_podless for job in jobs] == [False, True, False]
    assert not view_job({**_job(), "status": taken_up}, (_pod(),), OWNER, ()).is_podless
    ended = _job("Failed")
    assert not view_job(
        {**ended, "status": {**ended["status"], **taken_up}}, (), OWNER, ()
    ).is_podless


@pytest.mark.parametrize("pod", ["job-x7k2p", "job-"])
async def test_why_a_pod_cannot_be_created_is_read_from_the_events(pod: str) -> None:
    """The newest counts; the name that each try has is left out."""
    world = TrainingWorld()
    world.put({**_job(), "kind": "Job"})
    world.refuse_pod("job", f'Error creating: pods "{pod}" is forbidden: exceeded quota: small')
    view = await see_job(world, OWNER, "job", (), an_installation())
    assert view.waiting == (
        'FailedCreate: Error creating: pods "job" is forbidden: exceeded quota: small'
    )


async def test_a_pod_that_is_missing_without_a_word_is_told_all_the_same() -> None:
    """Events are kept for an hour."""
    world = TrainingWorld()
    world.put({**_job(), "kind": "Job", "status": {"startTime": MOMENT}})
    assert (
        await see_job(world, OWNER, "job", (), an_installation())
    ).waiting == "its Job has no pod so far"


def test_the_image_is_that_of_the_training_container() -> None:
    """What trained is what counts."""
    pod = _pod(_terminated("publish"), _terminated("train"))
    assert view_job(_job(), (pod,), OWNER, ()).image == "image-of-train"


def test_references_are_to_own_jobs_that_are_not_leaving() -> None:
    """With uid and version, so that a delete hits what was looked at."""
    jobs = (_job(), _job(owner="other"), _job(deletionTimestamp=MOMENT))
    (reference,) = job_references(jobs, OWNER)
    assert (reference.name, reference.uid, reference.resource_version) == ("job", "uid-job", "1")


@pytest.mark.parametrize(
    ("container", "read"),
    [
        pytest.param("publish", False, id="of a run: its stored result has more"),
        pytest.param("report", True, id="of a report: no message has room for more"),
    ],
)
def test_a_result_that_is_not_whole_is_taken_from_a_report_alone(
    container: str, *, read: bool
) -> None:
    """Too many metrics are never a refusal."""
    message = json.dumps({"outcome": "Succeeded", "leftOut": ["metrics"]})
    pod = _pod(_terminated(container, message=message))
    view = view_job(_job(), (pod,), OWNER, ("publish", "report"))
    assert read is (view.results.get(0) is not None)


@pytest.mark.parametrize(
    ("labels", "relabelled"),
    [
        pytest.param(child_labels(OWNER), False, id="as they were made"),
        pytest.param(child_labels(OWNER) | {"team": "a"}, False, id="one more"),
        pytest.param({**child_labels(OWNER), MANAGED_BY: "argo"}, True, id="another manager"),
        pytest.param({}, True, id="none"),
    ],
)
def test_a_job_whose_labels_were_taken_is_known(labels: Raw, relabelled: bool) -> None:
    """It is read by name still, but its events are not heard."""
    assert relabelled is view_job(_job(labels=labels), (), OWNER, ()).is_relabelled


async def test_a_job_that_does_not_exist_is_absent() -> None:
    """Absence is a value."""
    assert await see_job(TrainingWorld(), OWNER, "job", (), an_installation()) == absent("job")


@pytest.mark.parametrize(
    ("pod", "expected"),
    [
        pytest.param(
            _pod(phase="Failed", reason="Evicted", message="low on disk"),
            "Evicted: low on disk",
            id="the node ended it",
        ),
        pytest.param(_pod(_terminated(code=1), phase="Failed"), "", id="a container failed"),
        pytest.param(_pod(phase="Pending", reason="Evicted"), "", id="not over"),
    ],
)
def test_why_a_pod_was_lost(pod: Raw, expected: str) -> None:
    """Said where no container could say it."""
    assert expected == view_job(_job("Failed"), (pod,), OWNER, ("publish",)).lost
