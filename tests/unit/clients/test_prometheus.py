"""Asking a Prometheus: its answers and its silences."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from served_app import served

from trainyard.clients import prometheus
from trainyard.clients.prometheus import (
    HttpPrometheus,
    PrometheusFault,
    QueryResult,
    ResultType,
    Series,
    TooManySeries,
    read_result,
)
from trainyard.clients.prometheus_access import PrometheusAccess

AT = datetime(2026, 1, 1, tzinfo=UTC)
SECONDS = AT.timestamp()

ONE_OF_MANY = {"metric": {"pod": "p"}, "values": [[SECONDS, "1"]] * 14}
LONG = json.dumps(
    {"status": "success", "data": {"resultType": "matrix", "result": [ONE_OF_MANY] * 5_000}}
).encode()
"""Almost as long as is read."""


@pytest.fixture
async def base() -> AsyncIterator[str]:
    """Give a server that answers as Prometheus does."""

    async def query(request: web.Request) -> web.Response:
        form = await request.post()
        if form["query"] == "broken":
            return web.json_response({"status": "error", "error": "parse error"}, status=400)
        if form["query"] == "html":
            return web.Response(text="<html>", status=502)
        if form["query"] == "long":
            return web.Response(body=LONG)
        if form["query"] == "endless":
            return web.Response(text=" " * (prometheus.LARGEST_ANSWER + 1))
        if form["query"] == "nested":
            return web.Response(text="[" * 100_000)
        number = min(3, int(str(form["limit"]))) if form["query"] == "many" else 1
        value = [float(str(form["time"])), "0.5"]
        result = [{"metric": {"q": form["query"]}, "value": value}] * number
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
        found = await HttpPrometheus(session, PrometheusAccess(base)).query("up", at=AT)
    assert QueryResult(ResultType.VECTOR, (Series({"q": "up"}, ((AT, 0.5),)),)) == found


@pytest.mark.parametrize(
    ("promql", "part"),
    [
        pytest.param("broken", "parse error", id="a query that it refuses"),
        pytest.param("html", "502 <html>", id="something else at that address"),
        pytest.param("endless", "more than 2097152 bytes", id="more than is read"),
        pytest.param("nested", "no JSON", id="what no parser follows"),
        pytest.param("many", "more than 2 series", id="more series than were asked for"),
    ],
)
async def test_whatever_is_no_answer_is_one_fault(base: str, promql: str, part: str) -> None:
    """Which says what came instead."""
    async with aiohttp.ClientSession() as session:
        with pytest.raises(PrometheusFault, match=part):
            await HttpPrometheus(session, PrometheusAccess(base)).query(promql, at=AT, most=2)


@pytest.mark.parametrize("promql", ["endless", "many"])
async def test_too_much_is_told_apart(base: str, promql: str) -> None:
    """Whoever needs counters can go to the pods instead."""
    async with aiohttp.ClientSession() as session:
        with pytest.raises(TooManySeries):
            await HttpPrometheus(session, PrometheusAccess(base)).query(promql, at=AT, most=2)


async def test_the_secret_opens_it_and_is_read_each_time(tmp_path: Path) -> None:
    """A tenant's header and a token that is rotated while the operator runs."""
    found: list[tuple[str, str]] = []

    async def query(request: web.Request) -> web.Response:
        found.append((request.headers["authorization"], request.headers["x-scope-orgid"]))
        data = {"resultType": "vector", "result": []}
        return web.json_response({"status": "success", "data": data})

    app = web.Application()
    app.router.add_post("/api/v1/query", query)
    (tmp_path / "header.X-Scope-OrgID").write_text("models\n")
    async with served(app) as address, aiohttp.ClientSession() as session:
        client = HttpPrometheus(session, PrometheusAccess(address, folder=tmp_path))
        for token in ("first", "second"):
            (tmp_path / "token").write_text(f"{token}\n")
            await client.query("up", at=AT)
    assert [("Bearer first", "models"), ("Bearer second", "models")] == found


async def test_a_secret_that_is_gone_is_a_fault(base: str, tmp_path: Path) -> None:
    """Never a query without credentials instead."""
    access = PrometheusAccess(base, folder=tmp_path / "gone")
    async with aiohttp.ClientSession() as session:
        with pytest.raises(PrometheusFault, match="the secret for Prometheus cannot be read"):
            await HttpPrometheus(session, access).query("up", AT)


async def test_a_long_answer_does_not_hold_the_event_loop(base: str) -> None:
    """Parsing the longest answer is left to a thread, which takes turns with the loop."""
    longest = 0.0

    async def others() -> None:
        nonlocal longest
        last = time.thread_time()
        while True:
            await asyncio.sleep(0)
            longest, last = max(longest, time.thread_time() - last), time.thread_time()

    async with aiohttp.ClientSession() as session:
        beside, begun = asyncio.create_task(others()), time.process_time()
        found = await HttpPrometheus(session, PrometheusAccess(base)).query("long", at=AT)
        beside.cancel()
    assert (5_000, 14) == (len(found.series), len(found.series[0].samples))
    used = time.process_time() - begun
    assert longest < max(0.1, used / 4), "of a slow processor a share"


async def test_nobody_listening_is_a_fault() -> None:
    """As when Prometheus is being restarted."""
    async with aiohttp.ClientSession() as session:
        with pytest.raises(PrometheusFault, match=r"127\.0\.0\.1:1"):
            await HttpPrometheus(session, PrometheusAccess("http://127.0.0.1:1")).query("up", AT)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(
            {"resultType": "scalar", "result": [SECONDS, "2"]},
            QueryResult(ResultType.SCALAR, (Series({}, ((AT, 2.0),)),)),
            id="a scalar is one series",
        ),
        pytest.param(
            {"resultType": "matrix", "result": [{"metric": {}, "values": [[SECONDS, "1"]] * 2}]},
            QueryResult(ResultType.MATRIX, (Series({}, ((AT, 1.0), (AT, 1.0))),)),
            id="a range",
        ),
        pytest.param(
            {"resultType": "vector", "result": []},
            QueryResult(ResultType.VECTOR, ()),
            id="nothing",
        ),
    ],
)
def test_all_kinds_of_numbers_are_series(data: dict[str, Any], expected: QueryResult) -> None:
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
