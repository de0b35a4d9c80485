"""Ids of requests, and which of them are drawn."""

from __future__ import annotations

import pytest

from modelserver.telemetry.request_ids import RequestDraw


@pytest.mark.parametrize(
    ("header", "named", "expected"),
    [
        pytest.param(b"head", "body", "head", id="the header comes first"),
        pytest.param("é".encode("latin-1"), None, "é", id="a header of any bytes"),
        pytest.param(None, "body", "body", id="then the id of the V2 request"),
        pytest.param(None, "é\ud800", "é\ud800", id="of any characters"),
        pytest.param(b"x" * 257, "body", "body", id="a header that is too long is none"),
        pytest.param(None, None, "abc-0", id="else one is made"),
        pytest.param(b"", "", "abc-0", id="empty ones are none"),
        pytest.param(None, "x" * 257, "abc-0", id="nor one that is too long"),
    ],
)
def test_where_an_id_comes_from(header: bytes | None, named: str | None, expected: str) -> None:
    """One that is made is returned in the header."""
    headers = {} if header is None else {b"x-request-id": header}
    assert expected == RequestDraw(100, "abc").drawn(headers, named)
    if expected == "abc-0":
        assert b"abc-0" == headers[b"x-request-id"]


def test_an_id_is_made_for_those_that_are_not_drawn_too() -> None:
    """Whoever asks cannot know."""
    headers: dict[bytes, bytes] = {}
    assert RequestDraw(1e-6, "abc").drawn(headers, None) is None
    assert {b"x-request-id": b"abc-0"} == headers


@pytest.mark.parametrize("header", [b"trainyard-mirrored", b"trainyard-probe"])
def test_requests_of_no_user_are_not_drawn(header: bytes) -> None:
    """Nothing will turn out to be true of them."""
    assert RequestDraw(100).drawn({header: b"true"}, "named") is None


def test_made_ids_differ_from_all_others() -> None:
    """Of this process and of the next."""
    one, other = RequestDraw(100), RequestDraw(100)
    found = {draw.drawn({}, None) for draw in (one, other) for _ in range(600)}
    assert 1200 == len(found)


@pytest.mark.parametrize("form", ["abc123-{:x}", "{}", "order/{}/2026", "é\ud800{}"])
def test_the_share_is_kept_for_every_form_of_ids(form: str) -> None:
    """Counted ones, too; and each id is always drawn, or never."""
    ids = [form.format(number) for number in range(20_000)]
    one, other = RequestDraw(10), RequestDraw(10)
    drawn = [id_ for id_ in ids if one.drawn({}, id_) is not None]
    assert 1850 < len(drawn) < 2150
    assert drawn == [id_ for id_ in ids if other.drawn({}, id_) is not None]


def test_the_share_is_kept_for_ids_that_are_made() -> None:
    """Counted in hexadecimal."""
    draw = RequestDraw(10)
    assert 1850 < sum(draw.drawn({}, None) is not None for _ in range(20_000)) < 2150


@pytest.mark.parametrize(("percent", "share"), [(100, 500), (0.0001, 0)])
def test_all_and_nearly_none(percent: float, share: int) -> None:
    """At the ends of the range."""
    draw = RequestDraw(percent)
    assert share == sum(draw.drawn({}, str(number)) is not None for number in range(500))
