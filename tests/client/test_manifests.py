"""Typed objects as manifests that other programs read."""

from __future__ import annotations

import pytest
import yaml

from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyardclient.manifests import ConfigMap, Undeclarable, declared, manifest_of, to_yaml

SPEC = {"dataset": {"name": "wine"}, "estimator": {"class": "sklearn.linear_model.Ridge"}}


def test_a_manifest_has_what_was_said_and_no_defaults() -> None:
    """So a diff shows what a person wrote."""
    assert {
        "apiVersion": "trainyard.dev/v1alpha1",
        "kind": "TrainingJob",
        "metadata": {"name": "wine"},
        "spec": SPEC,
    } == manifest_of(declared(TrainingJob, "wine", SPEC))


def test_several_are_documents_of_one_file() -> None:
    """In their order."""
    rows = ConfigMap(name="rows", data={"data.csv": "a,b\n1,2\n"})
    text = to_yaml(rows, declared(TrainingJob, "wine", SPEC))
    first, second = yaml.safe_load_all(text)
    assert ("ConfigMap", "a,b\n1,2\n") == (first["kind"], first["data"]["data.csv"])
    assert "TrainingJob" == second["kind"]


def test_every_field_that_is_wrong_is_named() -> None:
    """With the object, as lint does."""
    wrong = {"dataset": {}, "estimator": {"class": "xgb.Foo"}}
    with pytest.raises(Undeclarable, match=r"TrainingJob wine: .*'name' is a required property"):
        declared(TrainingJob, "wine", wrong)
