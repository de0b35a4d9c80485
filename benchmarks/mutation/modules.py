"""Which modules decide, and which tests are theirs?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_OPERATOR, _TRAINER = "operator/trainyard", "training-image/trainer"
_MIRRORS = {_OPERATOR: "tests/unit", _TRAINER: "tests/training"}
DECIDING = (
    f"{_OPERATOR}/training_jobs/limits.py",
    f"{_OPERATOR}/model_versions/gates",
    f"{_OPERATOR}/reconciling/queue.py",
    f"{_OPERATOR}/schedule.py",
    f"{_TRAINER}/checks/splitting.py",
    f"{_OPERATOR}/jobs/failure.py",
    f"{_OPERATOR}/jobs/supervision.py",
    f"{_OPERATOR}/model_deployments/analysis/verdict.py",
    f"{_OPERATOR}/model_deployments/analysis/errors.py",
    f"{_OPERATOR}/model_deployments/analysis/latency.py",
    f"{_OPERATOR}/model_deployments/analysis/checks",
    f"{_OPERATOR}/model_deployments/rollout",
)
_STORIES = {
    f"{_OPERATOR}/model_deployments/rollout": (
        "tests/unit/model_deployments/test_which_version_serves.py",
        "tests/unit/model_deployments/test_promoted_or_rolled_back.py",
        "tests/unit/model_deployments/test_requests.py",
        "tests/unit/model_deployments/test_decide.py",
        "tests/unit/model_deployments/rollout",
    )
}
"""By folder: tests that tell what its modules do together."""


@dataclass(frozen=True, slots=True)
class Module:
    """A module and its tests."""

    path: Path
    """Below the root of the repository."""
    tests: Sequence[str]
    """Files with tests, below the root."""
    stories: Sequence[str] = ()
    """Files and folders with tests of what it does together with others."""

    @property
    def package(self) -> Path:
        """The folder of the package that it belongs to."""
        return Path(*self.path.parts[:2])


def modules(wanted: Sequence[str] = ()) -> list[Module]:
    """The deciding modules whose path contains one of the wanted words; no words: all."""
    found = [module for place in DECIDING for module in _modules(place)]
    return [m for m in found if not wanted or any(word in str(m.path) for word in wanted)]


def _modules(place: str) -> Iterator[Module]:
    whole = ROOT / place
    for path in sorted(whole.glob("*.py")) if whole.is_dir() else [whole]:
        if path.stem != "__init__":
            below = path.relative_to(ROOT)
            yield Module(below, _tests(below), _STORIES.get(str(below.parent), ()))


def _tests(path: Path) -> Sequence[str]:
    """The mirrored test, and the stories of its folder that prove it."""
    package = "/".join(path.parts[:2])
    folder = ROOT / _MIRRORS[package] / path.relative_to(package).parent
    mirrored = folder / f"test_{path.name}"
    within = str(path.relative_to(package).with_suffix("")).replace("/", ".")
    proving = [
        story
        for story in sorted((ROOT / _MIRRORS[package]).rglob("test_*.py"))
        if story != mirrored and _names(story, path.name, within)
    ]
    return [str(found.relative_to(ROOT)) for found in (mirrored, *proving) if found.is_file()]


def _names(test: Path, file: str, module: str) -> bool:
    """True when the test imports the module, or says that it proves it."""
    text = test.read_text()
    proved = (line for line in text.splitlines() if line.startswith("Proves: "))
    return f"{module} import" in text or any(f"/{file}" in line for line in proved)
