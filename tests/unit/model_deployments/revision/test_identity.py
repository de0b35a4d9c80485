"""What makes a revision another one, and what does not."""

from __future__ import annotations

from typing import Any

import pytest
from builders_serving import a_model_deployment, digest

from trainyard.model_deployments.revision.identity import (
    revision_name,
    revision_of,
    template_digest,
)

PLAIN = template_digest(a_model_deployment().spec)


@pytest.mark.parametrize(
    ("spec", "same"),
    [
        pytest.param({"replicas": 9}, True, id="more replicas are the same template"),
        pytest.param({"suspend": True}, True, id="suspending is the same template"),
        pytest.param({"analysis": {"minRequests": 5}}, True, id="other checks are the same"),
        pytest.param({"server": {"maxBatchRows": 512}}, True, id="a default written out"),
        pytest.param({"server": {"maxBatchRows": 256}}, False, id="the default of before"),
        pytest.param({"server": {"maxConnectionAgeSeconds": 60}}, True, id="an age written out"),
        pytest.param({"server": {"maxConnectionAgeSeconds": 30}}, False, id="another age"),
        pytest.param({"server": {"grpc": False}}, True, id="gRPC off, written out"),
        pytest.param({"server": {"grpc": True}}, False, id="gRPC on"),
        pytest.param({"server": {"explain": {}}}, False, id="explanations on"),
        pytest.param({"pod": {"nodeSelector": {}}}, True, id="an empty setting written out"),
        pytest.param({"server": {"maxBatchRows": 64}}, False, id="another batch size"),
        pytest.param({"server": {"image": "mine:2"}}, False, id="an image of the user's"),
        pytest.param({"pod": {"nodeSelector": {"disk": "ssd"}}}, False, id="another node"),
    ],
)
def test_only_what_shapes_pods_makes_another_revision(spec: dict[str, Any], *, same: bool) -> None:
    """The digest covers the pod template as written, with first defaults left out."""
    assert same == (template_digest(a_model_deployment(**spec).spec) == PLAIN)


def test_an_operator_upgrade_makes_no_other_revision() -> None:
    """The operator's own image is recorded, and is not part of the name."""
    resource = a_model_deployment()
    old = revision_of(resource, digest("a"), "v1", "server:1")
    new = revision_of(resource, digest("a"), "v1", "server:2")
    assert old.revision == new.revision
    assert ("server:1", "server:2") == (old.image, new.image)


def test_the_name_of_a_revision_never_changes() -> None:
    """The name is part of running systems: a change of the rule would restart every model.

    Objects that were made while 256 was the default hold it, written there by the API server.
    """
    before = a_model_deployment(server={"maxBatchRows": 256})
    assert "tumours-0fb7d289cd" == revision_name(before, digest("a"))
    assert "tumours-df5bde7567" == revision_name(a_model_deployment(), digest("a"))
