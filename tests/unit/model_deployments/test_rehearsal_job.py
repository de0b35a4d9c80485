"""The Job of a rehearsal; the contract tests read its task on the other side."""

from __future__ import annotations

from dataclasses import replace

from builders_serving import INSTALLATION, NOW, a_model_deployment, digest

from trainyard.api.v1alpha1.model_deployment_status import Revision
from trainyard.api.v1alpha1.rehearsal import Rehearsal
from trainyard.api.v1alpha1.task import TaskPhase
from trainyard.installation import BucketStore
from trainyard.model_deployments.rehearsal_job import rehearsal_job

REVISIONS = (
    Revision(revision="s", bundle_digest=digest("a")),
    Revision(revision="c", bundle_digest=digest("b")),
)


def test_it_reads_the_store_and_writes_nothing() -> None:
    """With the keys of readers, in the installation's own image."""
    rehearsal = Rehearsal(
        name="r-1", phase=TaskPhase.PENDING, queued_at=NOW, dataset_digest=digest("d")
    )
    store = BucketStore("models", read_secret="readers")
    resource = a_model_deployment(analysis={"rehearsal": {"rows": 9}})
    job = rehearsal_job(resource, rehearsal, REVISIONS, replace(INSTALLATION, store=store))
    (container,) = job["spec"]["template"]["spec"]["containers"]
    assert (["rehearse"], "trainyard/training:1") == (container["args"], container["image"])
    names = {e["name"] for e in container["env"]}
    assert "TRAINYARD_RESULT" not in names
    secrets = {e["valueFrom"]["secretKeyRef"]["name"] for e in container["env"] if "valueFrom" in e}
    assert {"readers"} == secrets
