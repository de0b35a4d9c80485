"""Played pods of Deployments and Jobs."""

from __future__ import annotations

from benchmarks.control_plane.workloads import pod_of


def test_a_pod_has_the_labels_of_its_template_and_belongs_to_its_owner() -> None:
    """The operator finds it by these."""
    owner = {"metadata": {"name": "a", "namespace": "n", "uid": "u"}}
    template = {"metadata": {"labels": {"x": "y"}}, "spec": {"containers": []}}
    pod = pod_of(owner, template, "Job")
    assert pod["metadata"]["name"].startswith("a-")
    assert pod["metadata"]["labels"] == {"x": "y"}
    (reference,) = pod["metadata"]["ownerReferences"]
    assert (reference["kind"], reference["uid"], reference["controller"]) == ("Job", "u", True)
    assert pod["spec"]["nodeName"]
