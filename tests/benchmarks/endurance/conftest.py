"""What the tests of endurance share: the two models, packed once."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.endurance import worlds
from benchmarks.endurance.worlds import World


def _packed(make: Callable[[Path], World], folder: Path) -> World:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return make(folder / "bundle")


@pytest.fixture(scope="session")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Ten numbers to a number."""
    return _packed(worlds.numbers, tmp_path_factory.mktemp("numbers"))


@pytest.fixture(scope="session")
def columns(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Columns of several kinds to a number."""
    return _packed(worlds.columns, tmp_path_factory.mktemp("columns"))
