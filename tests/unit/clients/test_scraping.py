"""Reading pages of pods, from a real HTTP server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from served_app import served

from trainyard.clients import scraping
from trainyard.clients.scraping import HttpScraper, ScrapeFailed, samples


@pytest.fixture
async def base() -> AsyncIterator[str]:
    """Give the address of a server with one good page and some bad ones."""

    async def slow(_: web.Request) -> web.Response:
        await asyncio.sleep(30)
        return web.Response()

    async def big(_: web.Request) -> web.Response:
        return web.Response(body=b"x" * (scraping.LARGEST_PAGE + 10))

    async def good(_: web.Request) -> web.Response:
        return web.Response(text="up 1\n" * 50_000)

    app = web.Application()
    app.router.add_get("/good", good)
    app.router.add_get("/slow", slow)
    app.router.add_get("/big", big)
    async with served(app) as address:
        yield address


async def test_a_page_is_read_to_its_end(base: str) -> None:
    """However many pieces it comes in."""
    async with aiohttp.ClientSession() as session:
        assert 250_000 == len(await HttpScraper(session).page(f"{base}/good"))


@pytest.mark.parametrize(
    ("path", "part"),
    [
        pytest.param("/missing", "404", id="a page that is not there"),
        pytest.param("/slow", "Timeout", id="a pod that does not answer"),
        pytest.param("/big", "longer than", id="a page without end"),
    ],
)
async def test_a_page_that_cannot_be_read_says_which_and_why(
    base: str, path: str, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One exception for all of it."""
    monkeypatch.setattr(scraping, "TIMEOUT_SECONDS", 1)
    async with aiohttp.ClientSession() as session:
        with pytest.raises(ScrapeFailed, match=part) as caught:
            await HttpScraper(session).page(f"{base}{path}")
    assert path in str(caught.value)


async def test_nobody_listening_is_a_failure_like_any_other() -> None:
    """The address is in the message."""
    async with aiohttp.ClientSession() as session:
        with pytest.raises(ScrapeFailed, match=r"127\.0\.0\.1:1"):
            await HttpScraper(session).page("http://127.0.0.1:1/")


def test_only_the_wanted_samples_are_parsed() -> None:
    """A name that begins with another one is another one."""
    page = '# TYPE a counter\na{x="1"} 2\na_total{x="1"} 3\nb 4\n'
    assert [("a", {"x": "1"}, 2.0)] == [(s.name, s.labels, s.value) for s in samples(page, ["a"])]


def test_what_is_no_metrics_page_says_so() -> None:
    """Instead of counting half of it."""
    with pytest.raises(ScrapeFailed, match="not a metrics page"):
        samples("a{x= 1\n", ["a"])
