"""Which code training left beside its model, and whether it may travel."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from models_with_code import write_code

from trainer.models.own_modules import code_beside, importable_modules
from trainer.pod.exits import Reason, UserFault

OWN = {"own_steps.py": "import numpy as np\n", "words/de.txt": "und\n"}


def _model(folder: Path, name: str = "model.joblib") -> Path:
    (folder / name).write_bytes(b"never opened")
    return folder / name


def test_what_lies_beside_the_model(tmp_path: Path) -> None:
    """Paths of all files, names of the modules; nothing where there is no folder."""
    model = _model(tmp_path)
    assert () == code_beside(model, "Pickle") == importable_modules(model, "Pickle")
    write_code(tmp_path, {**OWN, "__pycache__/own_steps.cpython-311.pyc": "written by Python"})
    assert ("own_steps.py", "words/de.txt") == code_beside(model, "Pickle")
    assert ("own_steps",) == importable_modules(model, "Pickle")


def test_nothing_of_it_is_imported(tmp_path: Path) -> None:
    """Whoever has credentials asks, too."""
    write_code(tmp_path, {"own_steps.py": "raise SystemExit(7)"})
    before = set(sys.modules)
    assert ("own_steps",) == importable_modules(_model(tmp_path), "Pickle")
    assert before == set(sys.modules)


@pytest.mark.parametrize(
    ("name", "trust", "reason", "words"),
    [
        pytest.param(
            "model.joblib", None, Reason.MODEL_NOT_TRUSTED, "say trust: Pickle", id="no trust"
        ),
        pytest.param(
            "model.onnx", "Pickle", Reason.CODE_INVALID, "beside model.onnx, which", id="ONNX"
        ),
        pytest.param("model.onnx", None, Reason.CODE_INVALID, "leave code/ out", id="ONNX alone"),
        pytest.param("model.skops", None, Reason.CODE_INVALID, "beside model.skops", id="skops"),
    ],
)
def test_beside_what(
    tmp_path: Path, name: str, trust: str | None, reason: Reason, words: str
) -> None:
    """Only a pickle that the recipe trusts has code."""
    write_code(tmp_path, OWN)
    with pytest.raises(UserFault, match=words) as caught:
        code_beside(_model(tmp_path, name), trust)
    assert reason is caught.value.reason


@pytest.mark.parametrize(
    ("files", "words"),
    [
        pytest.param({}, "code/ has no module", id="an empty folder"),
        pytest.param({"own.py": b"\xff\xfe"}, "code/own.py is no text", id="no text"),
        pytest.param({"own.py": "", "own.so": ""}, "code/own.so is compiled", id="compiled"),
        pytest.param({"json.py": ""}, "a module json, and so has this image", id="Python's"),
        pytest.param({"pandas/__init__.py": ""}, "a module pandas, and so", id="a library's"),
        pytest.param(
            {"own.py": "import skl2onnx"}, "code/own.py, line 1, imports skl2onnx", id="unserved"
        ),
        pytest.param({"own.py": "x = ("}, "code/own.py is no Python", id="no Python"),
        pytest.param({f"d{n}/{n}.txt": "" for n in range(500)}, "too many files", id="a crowd"),
    ],
)
def test_what_cannot_travel(tmp_path: Path, files: dict[str, str | bytes], words: str) -> None:
    """With the file and what to do."""
    write_code(tmp_path, files)
    with pytest.raises(UserFault, match=words) as caught:
        importable_modules(_model(tmp_path), "Pickle")
    assert Reason.CODE_INVALID is caught.value.reason


@pytest.mark.parametrize("place", ["own.py", "pkg", "words/deep"])
def test_links_are_refused(tmp_path: Path, place: str) -> None:
    """One would make whoever packs read its own secrets into the bundle."""
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "token.py").write_text("KEY = 1")
    write_code(tmp_path, {"a.py": "", "words/a.txt": ""})
    target = secret / "token.py" if place.endswith(".py") else secret
    (tmp_path / "code" / place).symlink_to(target)
    with pytest.raises(UserFault, match=f"code/{place} is a link"):
        code_beside(_model(tmp_path), "Pickle")


def test_a_folder_of_that_name_it_is(tmp_path: Path) -> None:
    """No file and no link."""
    model = _model(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    place = tmp_path / "code"
    for target in (None, tmp_path / "elsewhere", Path("nowhere")):
        if target is None:
            place.write_text("x = 1")
        else:
            place.symlink_to(target)
        with pytest.raises(UserFault, match="code is no folder"):
            code_beside(model, "Pickle")
        place.unlink()
