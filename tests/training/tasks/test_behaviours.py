"""What people may ask of a model's behaviour."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError
from training_pod import ROOT

from trainer.tasks.behaviours import Behaviour


@pytest.mark.parametrize(
    ("document", "words"),
    [
        pytest.param({"name": "a"}, "exactly one of change, cases", id="nothing is asked"),
        pytest.param(
            {"name": "a", "change": {"column": "x"}}, "exactly one of set, add", id="no change"
        ),
        pytest.param(
            {"name": "a", "change": {"column": "x", "add": "1", "multiply": "2"}},
            "exactly one of set, add",
            id="two changes",
        ),
        pytest.param(
            {"name": "a", "change": {"column": "x", "add": "1"}, "expects": "Same"},
            "Extra inputs",
            id="a typing error",
        ),
        pytest.param({"name": "a", "cases": [], "minPercent": "5"}, "exactly one of", id="no case"),
    ],
)
def test_what_asks_nothing_is_refused(document: dict[str, Any], words: str) -> None:
    """A test that cannot fail would be passed."""
    with pytest.raises(ValidationError, match=words):
        Behaviour.model_validate(document)


def test_all_rows_have_to_hold_unless_less_is_said() -> None:
    """And nothing may differ."""
    found = Behaviour.model_validate({"name": "a", "change": {"column": "x", "set": [1]}})
    assert ("Same", "100", "0") == (found.expect, str(found.min_percent), str(found.tolerance))


def test_what_the_page_shows_can_be_read() -> None:
    """Word for word."""
    page = (ROOT / "docs" / "how-to" / "gates.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"^```json\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    read = TypeAdapter(list[Behaviour]).validate_json(shown)
    assert [True, True, False] == [behaviour.change is not None for behaviour in read]
