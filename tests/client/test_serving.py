"""What serves the models of a recipe."""

from __future__ import annotations

import pytest

from trainyardclient.manifests import Undeclarable, manifest_of
from trainyardclient.serving import model_deployment


def test_it_follows_the_recipe() -> None:
    """And has what else is said of it."""
    found = manifest_of(model_deployment("wine", "recipe", {"replicas": 2}))
    assert {"model": {"trainingJob": {"name": "recipe"}}, "replicas": 2} == found["spec"]


def test_what_the_api_server_would_refuse_is_refused() -> None:
    """By field."""
    with pytest.raises(Undeclarable, match="replicas"):
        model_deployment("wine", "wine", {"replicas": "two"})
