"""What gates may want to know of a version."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from trainer.tasks.measures import Measure
from trainyard.api.gates import Gate, measures_of

READ: TypeAdapter[Any] = TypeAdapter(Measure)
GATES = (
    {"metric": "recall", "min": "0.9", "slice": {"column": "site"}},
    {"fairness": {"column": "site"}},
    {"metric": "f1", "againstChampion": {"confidencePercent": 95}},
    {"latency": {"maxMilliseconds": "5"}},
    {"size": {"max": "50Mi"}},
    {"behaviour": {"configMap": {"name": "sane.v2"}}},
)


def test_whatever_gates_ask_for_can_be_read() -> None:
    """Every kind, under its key."""
    asked = measures_of(Gate.model_validate({"name": "g", **gate}) for gate in GATES)
    read = [READ.validate_python(request.document()) for request in asked]
    assert len(GATES) == len(read)
    assert [(r.key, str(r.kind)) for r in asked] == [(r.key, r.kind) for r in read]


@pytest.mark.parametrize("document", [{"kind": "Taste", "key": "k"}, {"kind": "Size"}])
def test_anything_else_is_refused(document: dict[str, str]) -> None:
    """An unknown kind, or one without its key."""
    with pytest.raises(ValidationError):
        READ.validate_python(document)
