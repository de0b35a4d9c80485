"""Which names a path means."""

from __future__ import annotations

import pytest

from trainer.pod.exits import UserFault
from trainer.sources.patterns import (
    checked_path,
    fixed_prefix,
    has_wildcard,
    is_data,
    matches,
    may_hold,
)


@pytest.mark.parametrize(
    ("path", "name", "expected"),
    [
        pytest.param("", "raw/a.csv", True, id="no path means everything"),
        pytest.param("raw/", "raw/b/a.csv", True, id="a folder means all below it"),
        pytest.param("raw/", "rawer/a.csv", False, id="but not its namesake"),
        pytest.param("*.csv", "a.csv", True, id="a star is any name"),
        pytest.param("*.csv", "raw/a.csv", False, id="a star stays in its folder"),
        pytest.param("**/*.csv", "raw/b/a.csv", True, id="two stars cross folders"),
        pytest.param("**/*.csv", "a.csv", True, id="two stars may be no folder at all"),
        pytest.param("part-?.csv", "part-1.csv", True, id="a question mark is one character"),
        pytest.param("a+b.csv", "aab.csv", False, id="other marks mean themselves"),
    ],
)
def test_paths_mean_names(path: str, name: str, *, expected: bool) -> None:
    """Wildcards as users know them from their shell."""
    assert expected == matches(name, path)


@pytest.mark.parametrize(
    ("path", "folder", "expected"),
    [
        pytest.param("", "a", True, id="no path means everything"),
        pytest.param("a/b/", "a", True, id="a folder on the way"),
        pytest.param("a/b/", "a/b/c", True, id="a folder below"),
        pytest.param("a/b/", "a/bc", False, id="its namesake"),
        pytest.param("*.csv", "a", False, id="a name at the top"),
        pytest.param("*/x.csv", "a", True, id="a folder that the star is"),
        pytest.param("*/x.csv", "a/b", False, id="too deep"),
        pytest.param("a/*/x.csv", "b", False, id="another folder"),
        pytest.param("a/**/x.csv", "a/b/c", True, id="two stars"),
        pytest.param("a/**", "b", False, id="two stars elsewhere"),
    ],
)
def test_folders_that_may_hold_what_is_meant(path: str, folder: str, *, expected: bool) -> None:
    """One that cannot be read is told only then."""
    assert expected == may_hold(folder, path)


def test_what_writers_leave_behind_is_no_data() -> None:
    """Hidden names and _SUCCESS are skipped, at any depth."""
    names = ("a.csv", ".a.csv.crc", "_SUCCESS", "..2026_11/a.csv", "raw/_tmp/a.csv", "raw/a_b.csv")
    assert ["a.csv", "raw/a_b.csv"] == [name for name in names if is_data(name)]


def test_the_folder_before_the_wildcard_is_listed() -> None:
    """No more of a bucket than needed."""
    found = [fixed_prefix(path) for path in ("raw/2026-*/a.csv", "*.csv", "raw/a.csv")]
    assert ["raw/", "", "raw/"] == found
    assert [True, False] == [has_wildcard("a?"), has_wildcard("a")]


@pytest.mark.parametrize("path", ["../secret", "raw/../../x", "a\\b"])
def test_paths_that_climb_out_are_refused(path: str) -> None:
    """Whatever the source is."""
    with pytest.raises(UserFault, match=r"\.\. and backslashes are refused"):
        checked_path(path)
    assert "raw/a" == checked_path("/raw/a")
