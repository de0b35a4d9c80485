"""The shape of the repository: sizes, names, and a test at the mirrored path of each module."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
LONGEST_FILE = 300
LONGEST_FUNCTION = 40
MOST_PARAMETERS = 5
BANNED = {"utils", "util", "common", "helpers", "manager", "constants", "types", "misc"}

MIRRORS = {
    "operator/trainyard": "tests/unit",
    "serving-image/modelserver": "tests/serving/modelserver",
    "serving-image/modelbundle": "tests/serving/modelbundle",
    "training-image/trainer": "tests/training",
    "trainyardctl": "tests/cli",
    "trainyardpage": "tests/page",
    "trainyardclient": "tests/client",
    "devcluster": "tests/devcluster",
    "benchmarks/serving": "tests/benchmarks/serving",
    "benchmarks/data": "tests/benchmarks/data",
    "benchmarks/control_plane": "tests/benchmarks/control_plane",
    "benchmarks/endurance": "tests/benchmarks/endurance",
    "benchmarks/faults": "tests/benchmarks/faults",
    "benchmarks/mutation": "tests/benchmarks/mutation",
}
"""Where each package's tests stand."""
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
IN_THEIR_OWN_ENVIRONMENTS = (ROOT / "benchmarks/serving/peers", ROOT / "benchmarks/data/peers")
"""Scripts that servers of others run; each is measured, and its answers compared."""
PROVES = "Proves: "
"""Begins a line in the docstring of a test whose story proves the modules named behind it."""
TOLD_AS_A_STORY = ("demo", "dashboards")
"""Tested as a whole, by running it."""


@cache
def modules() -> list[Path]:
    """Return every module of every package, tests excepted."""
    return [
        path
        for package in (*MIRRORS, *TOLD_AS_A_STORY)
        for path in sorted((ROOT / package).rglob("*.py"))
    ]


def mirrored() -> list[tuple[str, Path]]:
    """Return each module with the place of its test."""
    return [
        (
            str(path.relative_to(ROOT)),
            ROOT / tests / path.parent.relative_to(ROOT / package) / f"test_{path.name}",
        )
        for package, tests in MIRRORS.items()
        for path in sorted((ROOT / package).rglob("*.py"))
        if not path.stem.startswith("__") and path.parent not in IN_THEIR_OWN_ENVIRONMENTS
    ]


@cache
def tree(path: Path) -> ast.Module:
    """Return the module as Python reads it."""
    return ast.parse(path.read_text())


@cache
def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Return all functions and methods of the module."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [node for node in ast.walk(tree(path)) if isinstance(node, kinds)]


def long_functions(path: Path) -> list[str]:
    """Return those that do not fit on a screen."""
    return [
        f"{node.name} in line {node.lineno}"
        for node in functions(path)
        if (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION
    ]


@cache
def proved_by_stories() -> set[str]:
    """Return the modules that docstrings of tests name behind `Proves:`."""
    docstrings = (ast.get_docstring(tree(path)) for path in TESTS)
    lines = (line for text in docstrings for line in (text or "").splitlines())
    return {
        module
        for line in lines
        if line.startswith(PROVES)
        for module in line.removeprefix(PROVES).split(", ")
    }


def test_each_module_has_its_test() -> None:
    """A stranger who finds the code finds its test, or the story that names it."""
    assert [] == [
        f"write {test.relative_to(ROOT)}, or name {module} behind {PROVES!r} in a story"
        for module, test in mirrored()
        if not test.is_file() and module not in proved_by_stories()
    ]


def test_stories_prove_modules_that_exist() -> None:
    """A module that was renamed or deleted is no longer named."""
    assert [] == [module for module in proved_by_stories() if not (ROOT / module).is_file()]


def test_a_file_fits_in_the_head() -> None:
    """Over the limit a second question hides in it."""
    lengths = {path: len(path.read_text().splitlines()) for path in modules()}
    assert {} == {path: lines for path, lines in lengths.items() if lines > LONGEST_FILE}


def test_a_file_of_tests_fits_in_the_head() -> None:
    """It is about one question, too, and so is what several of them share."""
    lengths = {path: len(path.read_text().splitlines()) for path in (ROOT / "tests").rglob("*.py")}
    assert {} == {path: lines for path, lines in lengths.items() if lines > LONGEST_FILE}
    assert [] == [path for path in lengths if path.stem in BANNED]
    assert {} == {path: long for path in lengths if (long := long_functions(path))}


def test_functions_are_short() -> None:
    """Each fits on a screen, with a handful of parameters."""
    assert {} == {path: long for path in modules() if (long := long_functions(path))}
    many = [(p, f.name) for p in modules() for f in functions(p) if parameters(f) > MOST_PARAMETERS]
    assert [] == many


def parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return how many parameters a caller has to think of."""
    names = [argument.arg for argument in (*node.args.args, *node.args.kwonlyargs)]
    return len([name for name in names if name not in {"self", "cls"}])


def test_names_say_what_is_inside() -> None:
    """A drawer named `utils` holds everything and says nothing."""
    assert [] == [path for path in modules() if path.stem in BANNED]


def test_the_operator_folder_is_no_package() -> None:
    """A package of that name would stand before the standard library's `operator`."""
    assert not (ROOT / "operator" / "__init__.py").exists()


def test_no_test_folder_is_a_package() -> None:
    """Tests are imported by path; a package would shadow what it is named after."""
    assert [] == sorted((ROOT / "tests").rglob("__init__.py"))
