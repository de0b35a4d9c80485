"""A wrong setting is told with its name, what was found and what to set."""

from __future__ import annotations

import pytest

from modelserver.wrong_setting import SettingsWrong


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        pytest.param(None, "environment variable V is not set; expected a port", id="missing"),
        pytest.param("x", "environment variable V is 'x'; expected a port", id="wrong"),
    ],
)
def test_the_sentence(found: str | None, sentence: str) -> None:
    """Variable, value and expectation stand in it."""
    fault = SettingsWrong("V", found, "a port")
    assert (sentence, "V") == (str(fault), fault.variable)
