"""One list of the kinds of signals."""

from __future__ import annotations

from typing import Any

import pytest

from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.signals import SignalKind
from trainyard.api.v1alpha1.training_job import TrainingJob


def enums(schema: Any) -> list[set[str]]:
    """Return all enumerations in a schema."""
    if isinstance(schema, list):
        return [found for one in schema for found in enums(one)]
    if not isinstance(schema, dict):
        return []
    here = [set(schema["enum"])] if isinstance(schema.get("enum"), list) else []
    return here + [found for one in schema.values() for found in enums(one)]


@pytest.mark.parametrize("kind", [ModelDeployment, TrainingJob])
def test_who_raises_and_who_listens_know_the_same_kinds(
    kind: type[ModelDeployment] | type[TrainingJob],
) -> None:
    """A kind that is added is known to both."""
    found = [values for values in enums(kind.model_json_schema()) if SignalKind.ERRORS in values]
    assert found
    assert all(set(SignalKind) == values for values in found)
