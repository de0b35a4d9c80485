"""What a user's container may report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from trainer.grades.own_metrics import read_own_metrics
from trainer.pod.exits import Exit, UserFault


def test_none(tmp_path: Path) -> None:
    """Without the file there are none."""
    assert read_own_metrics(tmp_path) == {}


def test_reads(tmp_path: Path) -> None:
    """A flat object of numbers is read as it is."""
    (tmp_path / "metrics.json").write_text('{"gini": 0.8, "trees": 3}')
    assert {"gini": 0.8, "trees": 3.0} == read_own_metrics(tmp_path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param("{", "is not JSON", id="no JSON"),
        pytest.param("[" * 60_000, "is not JSON", id="JSON without end"),
        pytest.param("[1]", "holds a list", id="no object"),
        pytest.param('{"a": {"b": 1}}', "says a: {'b': 1}", id="nested"),
        pytest.param('{"a": NaN}', "not a finite number", id="NaN"),
        pytest.param('{"a": true}', "not a finite number", id="a boolean"),
        pytest.param('{"a": "0.5"}', "not a finite number", id="a text"),
        pytest.param('{"a b": 1}', "names a metric 'a b'", id="a name with a space"),
    ],
)
def test_refuses(tmp_path: Path, content: Any, words: str) -> None:
    """All else is refused with the shape it should have."""
    (tmp_path / "metrics.json").write_text(content)
    with pytest.raises(UserFault) as caught:
        read_own_metrics(tmp_path)
    assert Exit.USER_CODE_FAILED == caught.value.exit_code
    assert words in caught.value.message
