"""Environments of peers."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.serving.environments import Requirements, cache_folder, python_of


def test_an_environment_with_the_same_requirements_is_used_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is installed."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    wanted = Requirements("some", ("some==1",))
    (cache_folder() / "some").mkdir(parents=True)
    (cache_folder() / "some/.installed").write_text(wanted.stamp)
    assert cache_folder() / "some/bin/python" == python_of(wanted)
    assert "" == capsys.readouterr().out


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(Requirements("some", ("some==2",)), id="another version"),
        pytest.param(Requirements("some", (), ("some==1",)), id="without what it asks for"),
    ],
)
def test_other_requirements_are_another_environment(other: Requirements) -> None:
    """The stamp says so."""
    assert Requirements("some", ("some==1",)).stamp != other.stamp
