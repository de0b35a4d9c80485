"""Bodies from senders nobody trusts."""

from __future__ import annotations

import pytest

from modelserver.payloads.refusals import RequestRefused
from modelserver.requests.body import Bodies, Budget
from modelserver.requests.request import Request


def _request() -> Request:
    return Request("POST", b"/", {})


def test_parts_are_put_together() -> None:
    """In order; at the limit is within it."""
    bodies = Bodies(3, Budget(9))
    request = _request()
    bodies.add(request, b"ab")
    bodies.add(request, b"c")
    assert request.body == b"abc"


def test_one_byte_too_many_is_413() -> None:
    """Also without a declared length."""
    bodies = Bodies(3, Budget(9))
    request = _request()
    bodies.add(request, b"ab")
    with pytest.raises(RequestRefused, match="larger than 3 bytes") as caught:
        bodies.add(request, b"cd")
    assert caught.value.status == 413


@pytest.mark.parametrize(
    ("header", "status"),
    [
        pytest.param({b"content-length": b"11"}, 413, id="a declared length over the limit"),
        pytest.param({b"content-length": b"9" * 40}, 413, id="an absurd length"),
        pytest.param({b"content-encoding": b"gzip"}, 415, id="compressed"),
    ],
)
def test_heads_that_need_no_body(header: dict[bytes, bytes], status: int) -> None:
    """Refused before anything is read."""
    with pytest.raises(RequestRefused) as caught:
        Bodies(10, Budget(10)).check_head(header)
    assert status == caught.value.status


def test_usual_heads_pass() -> None:
    """At the limit is within it."""
    Bodies(10, Budget(10)).check_head({b"content-length": b"10", b"content-encoding": b"Identity"})


def test_all_bodies_share_one_budget() -> None:
    """What is held is not available to others until it is dropped: 503 meanwhile."""
    bodies = Bodies(9, Budget(4))
    first, second = _request(), _request()
    bodies.add(first, b"abc")
    bodies.add(second, b"d")
    with pytest.raises(RequestRefused) as caught:
        bodies.add(second, b"e")
    assert caught.value.status == 503
    bodies.drop(first)
    bodies.add(second, b"efg")
    assert (b"defg", b"") == (second.body, first.body)


def test_what_was_refused_is_not_kept_from_others() -> None:
    """Bad clients do not use up the memory of good ones."""
    budget = Budget(4)
    bodies = Bodies(3, budget)
    bad = _request()
    bodies.add(bad, b"ab")
    with pytest.raises(RequestRefused):
        bodies.add(bad, b"cd")
    bodies.drop(bad)
    budget.take(4)
