"""Ids of requests, and which of them are drawn."""

from __future__ import annotations

import pytest

from modelserver.telemetry.request_ids import RequestIds, drawn_by_id


@pytest.mark.parametrize(
    ("header", "named", "expected"),
    [
        pytest.param(b"head", "body", "head", id="the header comes first"),
        pytest.param(None, "body", "body", id="then the id of the V2 request"),
        pytest.param(b"x" * 257, "body", "body", id="a header that is too long is none"),
        pytest.param(None, None, "abc-1", id="else one is made"),
        pytest.param(b"", "", "abc-1", id="empty ones are none"),
        pytest.param(None, "x" * 257, "abc-1", id="nor one that is too long"),
    ],
)
def test_where_an_id_comes_from(header: bytes | None, named: str | None, expected: str) -> None:
    """One that is made is returned in the header."""
    headers = {} if header is None else {b"x-request-id": header}
    assert expected == RequestIds("abc").id_of(headers, named)
    if expected == "abc-1":
        assert b"abc-1" == headers[b"x-request-id"]


def test_made_ids_differ_from_all_others() -> None:
    """Of this process and of the next."""
    one, other = RequestIds(), RequestIds()
    found = {ids.id_of({}, None) for ids in (one, other) for _ in range(100)}
    assert 200 == len(found)


@pytest.mark.parametrize("form", ["abc123-{:x}", "{}", "order/{}/2026", "é\ud800{}"])
def test_the_share_is_kept_for_every_form_of_ids(form: str) -> None:
    """Counted ones, too; and each id is always drawn, or never."""
    is_drawn = drawn_by_id(10)
    ids = [form.format(number) for number in range(20_000)]
    drawn = [id_ for id_ in ids if is_drawn(id_)]
    assert 1850 < len(drawn) < 2150
    assert drawn == [id_ for id_ in ids if drawn_by_id(10)(id_)]


@pytest.mark.parametrize(("percent", "share"), [(100, 500), (0.0001, 0)])
def test_all_and_nearly_none(percent: float, share: int) -> None:
    """At the ends of the range."""
    assert share == sum(map(drawn_by_id(percent), map(str, range(500))))
