"""How a process that loads a model finds its modules."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from models_with_code import write_code

from modelbundle.code_loading import make_importable, take_out, why_taken


@pytest.fixture(autouse=True)
def _tidy() -> Iterator[None]:
    take_out()
    before = list(sys.path)
    yield
    take_out()
    assert before == sys.path


def test_modules_are_found_first(tmp_path: Path) -> None:
    """While the model of this process is in use, and not longer."""
    write_code(tmp_path, {"own_one.py": "VALUE = 1", "own_two/a.py": "VALUE = 2"})
    assert "" == make_importable(tmp_path / "code", ["own_one", "own_two"])
    assert str(tmp_path / "code") == sys.path[0]
    found = [importlib.import_module(name) for name in ("own_one", "own_two.a")]
    assert [1, 2] == [module.VALUE for module in found]
    take_out()
    assert not {"own_one", "own_two", "own_two.a"} & set(sys.modules)
    assert find_spec("own_one") is None


def test_the_next_model_has_its_own(tmp_path: Path) -> None:
    """Two models with modules of one name: each runs its own, and the first keeps its classes."""
    classes = []
    for number in (1, 2):
        folder = tmp_path / str(number)
        write_code(folder, {"own/__init__.py": "", "own/a.py": f"class A:\n    value = {number}"})
        assert "" == make_importable(folder / "code", ["own"])
        classes.append(importlib.import_module("own.a").A)
        assert [str(folder / "code")] == [p for p in sys.path if p.startswith(str(tmp_path))]
    assert [1, 2] == [found().value for found in classes]


def test_a_model_without_code_finds_none(tmp_path: Path) -> None:
    """What the one before it brought is gone."""
    write_code(tmp_path, {"own_one.py": ""})
    make_importable(tmp_path / "code", ["own_one"])
    assert "" == make_importable(tmp_path / "code", [])
    assert find_spec("own_one") is None


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param("json", "Python's own", id="Python's"),
        pytest.param("sys", "Python's own", id="in Python itself"),
        pytest.param("code", "Python's own", id="the name of the folder"),
        pytest.param("antigravity", "Python's own", id="never imported"),
        pytest.param("sklearn", "an installed library", id="a library"),
        pytest.param("onnxruntime", "an installed library", id="a server's library"),
        pytest.param("modelserver", "an installed library", id="ours"),
        pytest.param("trainer", "an installed library", id="ours of another image"),
        pytest.param("own_steps_of_nobody", "", id="free"),
    ],
)
def test_names_that_are_taken(tmp_path: Path, name: str, words: str) -> None:
    """Nothing hides what this image has, and a look imports nothing."""
    write_code(tmp_path, {f"{name}.py": "raise RuntimeError('imported')"})
    before = set(sys.modules)
    why = why_taken([name])
    assert before == set(sys.modules)
    assert f"code/ has a module {name}, and so has this image" in why if words else not why
    assert words in why
    assert why == make_importable(tmp_path / "code", [name])
    assert bool(words) == (str(tmp_path / "code") not in sys.path)
