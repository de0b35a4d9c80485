"""Which servers that track runs an installation knows."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from trainyard.tracking_servers import TrackingServers


def test_a_server_may_be_for_some_namespaces() -> None:
    """Others cannot write into its experiments."""
    known = TrackingServers.model_validate({"everybody": {}, "team-a": {"namespaces": ["team-a"]}})
    assert ["everybody", "team-a"] == list(known.known_in("team-a"))
    assert ["everybody"] == list(known.known_in("team-b"))


@pytest.mark.parametrize("said", [{"Team A": {}}, {"../x": {}}, {"team": {"url": "http://x"}}])
def test_what_cannot_be_is_refused(said: dict[str, dict[str, str]]) -> None:
    """A name is a file's name, and an address belongs in the secret."""
    with pytest.raises(ValidationError):
        TrackingServers.model_validate(said)
