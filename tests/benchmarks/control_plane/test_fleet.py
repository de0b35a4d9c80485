"""Copies of a model."""

from __future__ import annotations

import yaml

from benchmarks.control_plane.first_model import NAME
from benchmarks.control_plane.fleet import CRDS, Model, model_name, namespace_of, without_status


def test_a_copy_has_its_own_name_everywhere() -> None:
    """In metadata, spec and status; what the API server assigns is left to it."""
    raw = {
        "kind": "TrainingJob",
        "metadata": {"name": NAME, "namespace": "original", "uid": "u", "generation": 4},
        "spec": {"dataset": {"name": NAME}},
        "status": {"observedGeneration": 4, "runs": [{"name": f"{NAME}-0123456789"}]},
    }
    (copy,) = Model([raw]).copied("m-00001", "team-1")
    assert {
        "kind": "TrainingJob",
        "metadata": {"name": "m-00001", "namespace": "team-1"},
        "spec": {"dataset": {"name": "m-00001"}},
        "status": {"observedGeneration": 1, "runs": [{"name": "m-00001-0123456789"}]},
    } == copy


def test_names_have_one_length_so_that_copies_are_of_one_size() -> None:
    """Up to 99,999 models, spread over the namespaces."""
    assert len(NAME) == len("m-original")
    assert (model_name(7), model_name(99_999)) == ("m-00007", "m-99999")
    assert [namespace_of(number, 2) for number in range(3)] == ["team-0", "team-1", "team-0"]


def test_the_kinds_can_be_defined_without_a_status_of_their_own() -> None:
    """Nothing else of the definition changes."""
    for path in CRDS.glob("*.yaml"):
        whole = yaml.safe_load(path.read_text())
        found = without_status(whole)
        assert "subresources" in whole["spec"]["versions"][0]
        assert "subresources" not in found["spec"]["versions"][0]
        assert whole["spec"]["names"] == found["spec"]["names"]
