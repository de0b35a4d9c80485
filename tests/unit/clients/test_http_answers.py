"""No redirect is followed and no answer is read without a bound, by a real HTTP server."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import aiohttp
import pytest
from aiohttp import web
from served_app import served

from trainyard.clients.http_answers import HttpQuestion, NoAnswer, answered
from trainyard.clients.predictions import HttpPredictor
from trainyard.clients.prometheus import HttpPrometheus, PrometheusFault
from trainyard.clients.prometheus_access import PrometheusAccess
from trainyard.clients.scraping import HttpScraper, ScrapeFailed

REACHED: list[str] = []
"""Requests that came to a place nobody named."""


@pytest.fixture
async def base() -> AsyncIterator[str]:
    """Give a server that sends whoever asks somewhere else, except for /v2/models/sly/example."""
    REACHED.clear()

    async def elsewhere(request: web.Request) -> web.Response:
        REACHED.append(f"{request.method} {request.path}")
        return web.Response(text="secret", headers={"trainyard-bundle": "sha256:a"})

    async def redirecting(request: web.Request) -> web.Response:
        status = int(request.query.get("status", "302" if request.method == "GET" else "307"))
        return web.Response(status=status, headers={"location": "/internal"})

    async def small(_: web.Request) -> web.Response:
        return web.Response(text="x" * 100)

    async def packed(_: web.Request) -> web.Response:
        body = gzip.compress(b"x" * 100_000)
        return web.Response(body=body, headers={"content-encoding": "gzip"})

    app = web.Application()
    app.router.add_route("*", "/internal", elsewhere)
    app.router.add_get("/small", small)
    app.router.add_get("/packed", packed)
    app.router.add_get("/v2/models/sly/example", small)
    app.router.add_route("*", "/{path:.*}", redirecting)
    async with served(app) as address:
        yield address


async def body_of(url: str, limit: int = 1000) -> bytes:
    """Return the body of the answer to a GET."""
    async with (
        aiohttp.ClientSession() as session,
        answered(session, HttpQuestion("GET", url, 5, limit)) as answer,
    ):
        return await answer.body()


async def test_an_answer_within_the_bound_is_read_whole(base: str) -> None:
    """The bound itself is allowed."""
    assert b"x" * 100 == await body_of(f"{base}/small", limit=100)


@pytest.mark.parametrize(
    ("path", "why"),
    [
        pytest.param("/?status=301", "301, and redirects are not followed", id="moved"),
        pytest.param("/?status=303", "303, and redirects are not followed", id="see other"),
        pytest.param("/?status=308", "308, and redirects are not followed", id="moved for good"),
        pytest.param("/?status=404", ": 404$", id="not found"),
        pytest.param("/small", "more than 99 bytes", id="one byte too many"),
        pytest.param("/packed", "an answer in gzip, expected identity", id="may be a bomb"),
    ],
)
async def test_other_answers_say_who_was_asked_and_why_they_are_refused(
    base: str, path: str, why: str
) -> None:
    """Before anything else is asked or read."""
    with pytest.raises(NoAnswer, match=why) as caught:
        await body_of(f"{base}{path}", limit=99)
    assert path.partition("?")[0] in str(caught.value)
    assert [] == REACHED


async def test_predictions_follow_no_redirect(base: str) -> None:
    """Neither to fetch an example nor to post one, so a model's server cannot aim the operator."""
    for model in ("lured", "sly"):
        found = await HttpPredictor().predict(base, model)
        assert "" == found.bundle
        assert "redirects are not followed" in found.message
    assert [] == REACHED


async def test_pages_of_pods_follow_no_redirect(base: str) -> None:
    """Whichever kind of page it is."""
    async with aiohttp.ClientSession() as session:
        scraper = HttpScraper(session)
        with pytest.raises(ScrapeFailed, match="redirects are not followed"):
            await scraper.text(f"{base}/page")
        with pytest.raises(ScrapeFailed, match="redirects are not followed"):
            await scraper.samples(f"{base}/page", ["up"])
    assert [] == REACHED


async def test_queries_follow_no_redirect(base: str) -> None:
    """A Prometheus behind a login page is none."""
    async with aiohttp.ClientSession() as session:
        with pytest.raises(PrometheusFault, match="redirects are not followed"):
            await HttpPrometheus(session, PrometheusAccess(base)).query("up", datetime.now(UTC))
    assert [] == REACHED
