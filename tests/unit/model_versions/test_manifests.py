"""What the Jobs of a ModelVersion look like."""

from __future__ import annotations

from builders_training import NOW, a_model_version, an_installation, digest

from trainyard.api.v1alpha1.model_version import EvaluateJob
from trainyard.api.v1alpha1.task import TaskPhase
from trainyard.model_versions.manifests import (
    evaluate_document,
    evaluate_job,
    evaluate_name,
    evaluate_report_job,
    report_name,
)

EVALUATE = EvaluateJob(name="model-x", champion=digest("c"), phase=TaskPhase.RUNNING, queued_at=NOW)


def test_an_evaluation_asks_candidate_and_champion_on_the_versions_rows() -> None:
    """The candidate is this version; nothing is trained."""
    version = a_model_version(target="diagnosis")
    document = evaluate_document(version, EVALUATE)
    assert document["candidate"] == {"digest": digest("b")}
    assert document["champion"] == {"digest": digest("c")}
    assert document["dataset"] == {"digest": digest("d")}
    assert document["target"] == "diagnosis"


def test_its_job_belongs_to_the_version() -> None:
    """It goes when the version goes, and the version is woken by it."""
    manifest = evaluate_job(a_model_version(), EVALUATE, an_installation())
    (owner,) = manifest["metadata"]["ownerReferences"]
    assert (owner["kind"], owner["name"]) == ("ModelVersion", "model-bbbbbbbbbb")
    pod = manifest["spec"]["template"]["spec"]
    assert [c["name"] for c in pod["initContainers"]] == ["fetch", "predict"]


def test_names_fit_and_differ() -> None:
    """The longest name of a version leaves room; every attempt has a Job of its own."""
    version = a_model_version()
    names = {evaluate_name(version, champion, n) for champion in "ab" for n in (0, 1)}
    assert len(names) == 4
    assert len("x" * 40) + 2 * len("-0123456789") <= 63


def test_the_report_job_has_another_name_and_the_same_result() -> None:
    """It reads what the evaluation stored."""
    version = a_model_version()
    manifest = evaluate_report_job(version, EVALUATE, an_installation())
    assert manifest["metadata"]["name"] == report_name(version, EVALUATE)
    (container,) = manifest["spec"]["template"]["spec"]["containers"]
    values = {variable["name"]: variable.get("value") for variable in container["env"]}
    assert values["TRAINYARD_RESULT"] == "runs/uid-model-bbbbbbbbbb/model-x/result.json"
