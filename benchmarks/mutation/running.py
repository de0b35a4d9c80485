"""Lets mutmut put small faults into a module, one at a time, and run the module's tests."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.mutation.modules import ROOT, Module

_SOURCES = ("operator/trainyard", "serving-image/modelbundle", "training-image/trainer")
_ALSO = ("charts", "crds")
"""What tests read beside the sources."""
_UNNOTICED = (0, 33)
"""The tests passed, or there were none."""
_AT_ONCE = "3"
_BETWEEN = "\x1e"
_SHOW = f"""
import sys
from mutmut.mutation.diff_apply import get_diff_for_mutant

for name in sys.argv[1:]:
    print({_BETWEEN!r} + get_diff_for_mutant(name))
"""
_CONFTEST = """
from hypothesis import HealthCheck, settings

settings.register_profile(
    "mutation", deadline=None, derandomize=True, max_examples=25, database=None,
    suppress_health_check=list(HealthCheck),
)
settings.load_profile("mutation")
"""


class Unmeasured(Exception):
    """mutmut could not run; the text is what it said."""


@dataclass(frozen=True, slots=True)
class Score:
    """What the tests of a module noticed."""

    module: Module
    noticed: int
    survived: Sequence[str]
    """Names of the faults that no test noticed, as mutmut calls them."""
    differences: Mapping[str, str]
    """What each of these changes, as a diff."""

    @property
    def made(self) -> int:
        """How many faults were made."""
        return self.noticed + len(self.survived)

    @property
    def share(self) -> float:
        """The part that was noticed."""
        return self.noticed / self.made if self.made else 1.0


def score_of(module: Module, folder: Path) -> Score:
    """Measure one module, in a folder that is made anew; raises Unmeasured.

    What its own tests do not notice is tried with the stories that it is a part of.
    """
    codes = _codes(module, folder, module.tests)
    survived = [name for name, code in codes.items() if code in _UNNOTICED]
    if survived and module.stories:
        again = _codes(module, folder, [*module.tests, *module.stories], *survived)
        survived = [name for name in survived if again[name] in _UNNOTICED]
    return Score(module, len(codes) - len(survived), survived, _differences(folder, survived))


def _codes(
    module: Module, folder: Path, tests: Sequence[str], *names: str
) -> Mapping[str, int | None]:
    """The exit codes of the tests, by fault; of those that are named, or all."""
    _stage(module, folder, tests)
    ran = _run(folder, "-m", "mutmut", "run", "--max-children", _AT_ONCE, *names)
    source = folder / "mutants/src" / module.path.relative_to(module.path.parts[0])
    try:
        stored = json.loads(source.with_name(f"{source.name}.meta").read_text())
    except FileNotFoundError as fault:
        raise Unmeasured(ran[-3000:]) from fault
    codes: Mapping[str, int | None] = stored["exit_code_by_key"]
    if any(codes[name] is None for name in names or codes):
        raise Unmeasured(ran[-3000:])
    return codes


def _stage(module: Module, folder: Path, tests: Sequence[str]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    left_out = shutil.ignore_patterns("__pycache__")
    for source in _SOURCES:
        shutil.copytree(ROOT / source, folder / "src" / Path(source).name, ignore=left_out)
    for name in _ALSO:
        shutil.copytree(ROOT / name, folder / name)
    (folder / "tests").mkdir()
    for path in (ROOT / "tests").glob("*.py"):
        shutil.copy(path, folder / "tests" / path.name)
    for test in (found for place in tests for found in _files(ROOT / place)):
        target = folder / test.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(test, target)
        for shared in test.parent.glob("conftest.py"):
            shutil.copy(shared, target.parent / shared.name)
    (folder / "tests/conftest.py").write_text(_CONFTEST)
    (folder / "pyproject.toml").write_text(_settings(module, tests))


def _files(place: Path) -> Sequence[Path]:
    return sorted(place.glob("test_*.py")) if place.is_dir() else [place]


def _settings(module: Module, tests: Sequence[str]) -> str:
    source = f"src/{module.path.relative_to(module.path.parts[0])}"
    return f"""
[tool.pytest.ini_options]
addopts = ["--import-mode=importlib", "-p", "no:cacheprovider"]
pythonpath = ["tests", "src"]
asyncio_mode = "auto"
asyncio_default_fixture_loop_scope = "function"

[tool.mutmut]
source_paths = ["src"]
only_mutate = ["{source}"]
also_copy = {json.dumps(_ALSO)}
pytest_add_cli_args_test_selection = {json.dumps(list(tests))}
use_git_change_detection = false
"""


def _differences(folder: Path, names: Sequence[str]) -> Mapping[str, str]:
    """What each fault changes, as a diff; in one process, as starting one takes a second."""
    shown = _run(folder, "-c", _SHOW, *names)
    parts = shown.split(_BETWEEN)[1:]
    return dict(zip(names, parts, strict=True))


def _run(folder: Path, *arguments: str) -> str:
    """What Python said."""
    return subprocess.run(
        (sys.executable, *arguments),
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    ).stdout
