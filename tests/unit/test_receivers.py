"""Which receivers an installation knows."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from trainyard.receivers import MessageFormat, Receivers

KNOWN = Receivers.model_validate(
    {"everybody": {}, "team-a": {"format": "Slack", "namespaces": ["team-a"]}}
)


def test_a_receiver_may_be_for_some_namespaces() -> None:
    """Others cannot write into its channel."""
    assert ["everybody", "team-a"] == list(KNOWN.known_in("team-a"))
    assert ["everybody"] == list(KNOWN.known_in("team-b"))


def test_cloud_events_unless_said_otherwise() -> None:
    """It is what programs read."""
    found = KNOWN.known_in("team-a")
    assert MessageFormat.CLOUD_EVENTS is found["everybody"].format
    assert MessageFormat.SLACK is found["team-a"].format


@pytest.mark.parametrize(
    "said",
    [{"Team A": {}}, {"../x": {}}, {"team": {"format": "Fax"}}, {"team": {"url": "http://x"}}],
)
def test_what_cannot_be_is_refused(said: dict[str, dict[str, str]]) -> None:
    """A name is a file's name, and an address belongs in the secret."""
    with pytest.raises(ValidationError):
        Receivers.model_validate(said)
