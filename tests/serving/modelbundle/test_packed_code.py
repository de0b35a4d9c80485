"""Which files travel with a model as its own code."""

from __future__ import annotations

import pytest

from modelbundle.packed_code import modules_of, why_no_code, why_no_text, why_not_packed

JOBLIB = ("joblib",)
PICKLE = "Pickle"


@pytest.mark.parametrize(
    ("files", "modules"),
    [
        pytest.param(["own_steps.py"], ("own_steps",), id="a module"),
        pytest.param(["own/__init__.py", "own/deep/a.py"], ("own",), id="a package"),
        pytest.param(["own/a.py"], ("own",), id="a package without __init__"),
        pytest.param(["own.py", "words.txt", "LICENSE"], ("own",), id="texts beside it"),
        pytest.param(["b.py", "a.py", "words/de.txt"], ("a", "b"), id="a folder of texts"),
        pytest.param(["own.py", "not-importable.py"], ("own",), id="a program beside it"),
    ],
)
def test_what_travels(files: list[str], modules: tuple[str, ...]) -> None:
    """Sources and texts, and the names by which they are imported."""
    sizes = dict.fromkeys(files, 10)
    assert "" == why_no_code(sizes)
    assert modules == modules_of(sizes)
    assert "" == why_not_packed(sizes, JOBLIB, PICKLE)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        pytest.param({}, "code/ has no module", id="nothing"),
        pytest.param({"words.txt": 1}, "code/ has no module", id="no module"),
        pytest.param({"my-steps.py": 1}, "code/ has no module", id="none that can be imported"),
        pytest.param(
            {f"own/m{n}.py": 1 for n in range(101)}, "has 101 files; at most 100", id="many files"
        ),
        pytest.param({"own.py": 2 << 20, "b.py": 1}, "has 2097153 bytes; at most", id="large"),
        pytest.param({f"m{n}.py": 1 for n in range(17)}, "17 modules side by side", id="many"),
        pytest.param({"own.py": 1, "own/a.so": 1}, "code/own/a.so is compiled", id="a library"),
        pytest.param(
            {"own.py": 1, "__pycache__/own.cpython-313.pyc": 1}, "is compiled", id="a cache"
        ),
        pytest.param({"own.pyc": 1}, "code/own.pyc is compiled", id="without its source"),
        pytest.param({"own.py": 1, ".git/config": 1}, "with no . in front", id="hidden"),
        pytest.param({"own.py": 1, "a b.txt": 1}, "code/a b.txt: expected names", id="a blank"),
        pytest.param({"own.py": 1, "é.txt": 1}, "expected names", id="an accent"),
        pytest.param({"own.py": 1, "x" * 65: 1}, "at most 64", id="a long name"),
        pytest.param({"/".join("abcdefghi"): 1}, "at most 8 parts", id="deep"),
        pytest.param({"../own.py": 1}, "with no . in front", id="a way out"),
        pytest.param({"/own.py": 1}, "expected a plain path", id="an absolute path"),
        pytest.param({"a//own.py": 1}, "expected a plain path", id="two slashes"),
        pytest.param({"a/./own.py": 1}, "expected a plain path", id="a detour"),
        pytest.param({"__init__.py": 1}, "code/ is no package", id="code as a package"),
        pytest.param({"__main__.py": 1}, "code/ is no package", id="a program"),
    ],
)
def test_what_does_not(files: dict[str, int], words: str) -> None:
    """With the file and what to do."""
    assert words in why_no_code(files)


@pytest.mark.parametrize(
    ("formats", "trust", "words"),
    [
        pytest.param(("onnx",), PICKLE, "code/ lies beside model.onnx, which", id="ONNX"),
        pytest.param(("skops",), None, "code/ lies beside model.skops, which", id="skops"),
        pytest.param(("onnx", "skops"), PICKLE, "model.onnx and model.skops", id="both"),
        pytest.param(JOBLIB, None, "say trust: Pickle in the recipe, or write", id="no trust"),
        pytest.param(("onnx", "joblib"), PICKLE, "", id="a pickle and its conversion"),
    ],
)
def test_beside_what_it_lies(formats: tuple[str, ...], trust: str | None, words: str) -> None:
    """A pickle that is trusted, and nothing else."""
    why = why_not_packed({"own.py": 1}, formats, trust)
    assert why.startswith("code/") if words else why == ""
    assert words in why
    assert "" == why_not_packed({}, formats, trust)


@pytest.mark.parametrize(
    ("content", "is_text"),
    [
        pytest.param(b"x = 'gr\xc3\xbc\xc3\x9fe'\n", True, id="UTF-8"),
        pytest.param(b"", True, id="nothing"),
        pytest.param(b"\xff\xfe", False, id="no UTF-8"),
        pytest.param(b"\x7fELF\x02\0", False, id="a program"),
    ],
)
def test_only_what_people_can_read(content: bytes, *, is_text: bool) -> None:
    """Numbers belong into the model."""
    why = why_no_text("own.py", content)
    assert is_text == (why == "")
    assert is_text or why.startswith("code/own.py is no text in UTF-8")
