"""How a signature reaches publish."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from modelbundle.signature import Feature, Kind, Signature, Task
from trainer.models.signatures import read_signature, write_signature
from trainer.pod.exits import UserFault

FEATURES = (
    Feature("a", Kind.FLOAT, accepts_missing=True),
    Feature("c", Kind.CATEGORY, categories=("x", "y")),
)


@pytest.mark.parametrize(
    "signature",
    [
        pytest.param(Signature(Task.REGRESSION, (), FEATURES, False), id="a regression"),
        pytest.param(Signature(Task.CLASSIFICATION, ("B", "M"), FEATURES, True), id="text labels"),
        pytest.param(Signature(Task.CLASSIFICATION, (0, 1), FEATURES, True), id="integer labels"),
        pytest.param(
            Signature(Task.CLASSIFICATION, (False, True), FEATURES, False), id="boolean labels"
        ),
        pytest.param(
            Signature(
                Task.CLASSIFICATION, ("a", "b", "x", "y", "z"), FEATURES, True, ("p", "q"), (2, 3)
            ),
            id="labels of several targets",
        ),
    ],
)
def test_written_and_read(tmp_path: Path, signature: Signature) -> None:
    """What is written is what is read, types of labels included."""
    write_signature(signature, tmp_path / "model.json")
    found = read_signature(tmp_path / "model.json")
    assert signature == found
    assert [type(label) for label in signature.classes] == [type(label) for label in found.classes]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"extra": 1}, id="an unknown field"),
        pytest.param({"task": "Clustering"}, id="an unknown task"),
        pytest.param({"classes": ["a", 1]}, id="labels of several types"),
        pytest.param({"targets": ["p", "q"]}, id="two targets, and the classes of one"),
        pytest.param({"targets": ["p", "q"], "classCounts": [3, -1]}, id="a count below zero"),
        pytest.param({"features": []}, id="no features"),
        pytest.param({"probabilities": "yes"}, id="a wrong type"),
    ],
)
def test_refuses(tmp_path: Path, change: dict[str, Any]) -> None:
    """A forged file is refused, whatever is wrong with it."""
    path = tmp_path / "model.json"
    write_signature(Signature(Task.CLASSIFICATION, ("B", "M"), FEATURES, True), path)
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(UserFault) as caught:
        read_signature(path)
    assert "predict left a model.json that nobody can use" in caught.value.message
