"""How many requests are in flight at most."""

from __future__ import annotations

import pytest

from modelserver.payloads.refusals import RequestRefused
from modelserver.requests.concurrency import ConcurrencyLimit


def test_requests_in_flight_are_limited() -> None:
    """As many as the limit; one more is 429, until one is given back."""
    concurrency = ConcurrencyLimit(2)
    concurrency.acquire()
    concurrency.acquire()
    with pytest.raises(RequestRefused, match="2 requests are being answered") as caught:
        concurrency.acquire()
    assert caught.value.status == 429
    concurrency.release()
    concurrency.acquire()
