"""mutmut on a module of ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.mutation.modules import Module, modules
from benchmarks.mutation.running import Unmeasured, score_of

GATE = "operator/trainyard/model_versions/gates/bound.py"


@pytest.mark.timeout(900)
def test_what_the_tests_do_not_notice_is_shown(tmp_path: Path) -> None:
    """With its own tests nine of ten faults are noticed; tests of something else notice few."""
    (module,) = modules([GATE])
    score = score_of(module, tmp_path / "own")
    assert score.made > 5
    assert score.share >= 0.9
    others = Module(module.path, ["tests/unit/model_versions/gates/test_verdict.py"])
    worse = score_of(others, tmp_path / "others")
    assert worse.share < score.share
    assert set(worse.survived) == set(worse.differences)
    assert all("+++" in difference for difference in worse.differences.values())


@pytest.mark.timeout(300)
def test_tests_that_fail_anyway_measure_nothing(tmp_path: Path) -> None:
    """A score of them would be worth nothing."""
    (module,) = modules([GATE])
    with pytest.raises(Unmeasured):
        score_of(Module(module.path, ["tests/unit/test_docs.py"]), tmp_path / "staged")
