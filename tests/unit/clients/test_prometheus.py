"""Asking a Prometheus: its answers and its silences."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from served_app import served

from trainyard.clients.prometheus import HttpPrometheus, PrometheusFault, Series, read_result

AT = datetime(2026, 1, 1, tzinfo=UTC)
SECONDS = AT.timestamp()


@pytest.fixture
async def base() -> AsyncIterator[str]:
    """Give a server that answers as Prometheus does."""

    async def query(request: web.Request) -> web.Response:
        form = await request.post()
        if form["query"] == "broken":
            return web.json_response({"status": "error", "error": "parse error"}, status=400)
        if form["query"] == "html":
            return web.Response(text="<html>", status=502)
        result = [{"metric": {"q": form["query"]}, "value": [float(str(form["time"])), "0.5"]}]
        return web.json_response(
            {"status": "success", "data": {"resultType": "vector", "result": result}}
        )

    app = web.Application()
    app.router.add_post("/prefix/api/v1/query", query)
    async with served(app) as address:
        yield f"{address}/prefix/"


async def test_a_query_gives_series_with_sample_times(base: str) -> None:
    """At the time that was asked for."""
    async with aiohttp.ClientSession() as session:
        found = await HttpPrometheus(session, base).query("up", at=AT)
    assert (Series({"q": "up"}, ((AT, 0.5),)),) == found


@pytest.mark.parametrize(
    ("promql", "part"),
    [
        pytest.param("broken", "parse error", id="a query that it refuses"),
        pytest.param("html", "prometheus|JSON|http", id="something else at that address"),
    ],
)
async def test_whatever_is_no_answer_is_one_fault(base: str, promql: str, part: str) -> None:
    """With the address in it."""
    async with aiohttp.ClientSession() as session:
        with pytest.raises(PrometheusFault, match=part):
            await HttpPrometheus(session, base).query(promql, at=AT)


async def test_nobody_listening_is_a_fault() -> None:
    """As when Prometheus is being restarted."""
    async with aiohttp.ClientSession() as session:
        with pytest.raises(PrometheusFault, match=r"127\.0\.0\.1:1"):
            await HttpPrometheus(session, "http://127.0.0.1:1").query("up")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(
            {"resultType": "scalar", "result": [SECONDS, "2"]},
            (Series({}, ((AT, 2.0),)),),
            id="a scalar is one series",
        ),
        pytest.param(
            {"resultType": "matrix", "result": [{"metric": {}, "values": [[SECONDS, "1"]] * 2}]},
            (Series({}, ((AT, 1.0), (AT, 1.0))),),
            id="a range",
        ),
        pytest.param({"resultType": "vector", "result": []}, (), id="nothing"),
    ],
)
def test_all_kinds_of_numbers_are_series(
    data: dict[str, Any], expected: tuple[Series, ...]
) -> None:
    """Oldest sample first."""
    assert expected == read_result(data)


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        {"resultType": "string", "result": [0, "a"]},
        {"resultType": "vector", "result": [{}]},
        {"resultType": "scalar", "result": [1e300, "1"]},
    ],
    ids=["no data", "empty data", "a string", "a series without a value", "a time that is none"],
)
def test_other_shapes_are_faults(data: object) -> None:
    """Never a number that was not there."""
    with pytest.raises(PrometheusFault):
        read_result(data)
