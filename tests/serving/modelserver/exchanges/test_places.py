"""Places for requests."""

from __future__ import annotations

import pytest

from modelserver.exchanges.places import Places
from modelserver.payloads.refusals import RequestRefused


def test_places_are_limited_and_come_back() -> None:
    """As many as the limit; one more is 429, until one is given back."""
    places = Places(2)
    places.take()
    places.take()
    with pytest.raises(RequestRefused, match="2 requests are being answered") as caught:
        places.take()
    assert caught.value.status == 429
    places.give_back()
    places.take()
