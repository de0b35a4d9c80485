"""Which file is the model that training left behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from trainer.models.model_files import model_file
from trainer.pod.exits import Reason, UserFault


@pytest.mark.parametrize(
    ("name", "trust"),
    [
        pytest.param("model.skops", None, id="skops"),
        pytest.param("model.onnx", None, id="ONNX"),
        pytest.param("model.joblib", "Pickle", id="a trusted pickle"),
    ],
)
def test_model_file(tmp_path: Path, name: str, trust: str | None) -> None:
    """The one model is found; other files do not matter."""
    for other in (name, "metrics.json", "notes.txt"):
        (tmp_path / other).touch()
    assert tmp_path / name == model_file(tmp_path, trust)


@pytest.mark.parametrize(
    ("names", "reason", "words"),
    [
        pytest.param((), Reason.MODEL_UNREADABLE, "found nothing", id="nothing"),
        pytest.param(
            ("model.pkl",), Reason.MODEL_UNREADABLE, "found model.pkl", id="an unknown name"
        ),
        pytest.param(
            ("model.skops", "model.onnx"),
            Reason.MODEL_UNREADABLE,
            "left model.onnx, model.skops behind; leave exactly one",
            id="several",
        ),
        pytest.param(
            ("model.joblib",), Reason.MODEL_NOT_TRUSTED, "say trust: Pickle", id="a pickle"
        ),
    ],
)
def test_refuses(tmp_path: Path, names: tuple[str, ...], reason: Reason, words: str) -> None:
    """None, several or an untrusted one is refused with what to do."""
    for name in names:
        (tmp_path / name).touch()
    with pytest.raises(UserFault) as caught:
        model_file(tmp_path, None)
    assert reason is caught.value.reason
    assert words in caught.value.message
