"""Objects are read as they come, from a cluster of any age."""

from __future__ import annotations

from a_namespace import deployment, namespace

from trainyardctl.names import ObjectName
from trainyardctl.snapshot import Snapshot, at, condition, is_true, why


def test_objects_are_found_by_kind_and_name() -> None:
    """None where there is none."""
    here = namespace(deployment())
    assert here.find(ObjectName("ModelVersion", "wine-a")) is not None
    assert here.find(ObjectName("ModelVersion", "wine-z")) is None
    assert ("dset/wine", "tj/wine", "mv/wine-a", "mv/wine-b", "mdep/wine") == here.names()
    assert () == Snapshot("empty", {}).of("Dataset")


def test_what_an_older_cluster_does_not_have_is_missing_and_no_fault() -> None:
    """Any part of the path may be absent, or something else than it is today."""
    raw = {"metadata": {"name": "wine"}, "status": None, "spec": "text"}
    assert "wine" == at(raw, "metadata.name")
    assert at(raw, "status.rollout.step") is None
    assert at(raw, "spec.model.name") is None
    assert condition(raw, "Ready") is None
    assert not is_true(raw, "Ready")
    assert "" == why(raw)


def test_the_sentence_is_that_of_kubectl_get() -> None:
    """Two kinds have it in their summary."""
    assert "RolledOut: wine-1111111111 has all requests" == why(deployment())
    assert "made" == why({"status": {"summary": {"why": "made"}}})
