"""Reading pages of pods, from a real HTTP server."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import time
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
        return web.Response(text="up 1\nother 2\n" * 4_000)

    async def heavy(_: web.Request) -> web.Response:
        return web.Response(text='up{a="b"} 1\n' * 100_000)

    async def long(_: web.Request) -> web.Response:
        return web.Response(body=b"up" + b"x" * (scraping.LONGEST_LINE * 100) + b" 1\n")

    async def beside(_: web.Request) -> web.Response:
        return web.Response(body=b"x" * (scraping.LONGEST_LINE * 100) + b" 1\nup 1\n")

    async def blank(_: web.Request) -> web.Response:
        return web.Response(body=b"\n" * (scraping.LARGEST_PAGE - 1))

    app = web.Application()
    app.router.add_get("/good", good)
    app.router.add_get("/heavy", heavy)
    app.router.add_get("/long", long)
    app.router.add_get("/beside", beside)
    app.router.add_get("/blank", blank)
    app.router.add_get("/slow", slow)
    app.router.add_get("/big", big)
    async with served(app) as address:
        yield address


async def test_a_page_is_read_to_its_end(base: str) -> None:
    """However many pieces it comes in."""
    async with aiohttp.ClientSession() as session:
        assert 4_000 == len(await HttpScraper(session).samples(f"{base}/good", ["up"]))


async def test_a_long_line_of_something_else_is_passed_over(base: str) -> None:
    """A server may show what it likes beside its counters."""
    async with aiohttp.ClientSession() as session:
        found = await HttpScraper(session).samples(f"{base}/beside", ["up"])
    assert [1.0] == [sample.value for sample in found]


@pytest.mark.parametrize(
    ("path", "part"),
    [
        pytest.param("/missing", "404", id="a page that is not there"),
        pytest.param("/slow", "Timeout", id="a pod that does not answer"),
        pytest.param("/big", "more than 8388608 bytes", id="a page without end"),
        pytest.param("/long", "a line of more than 4096 bytes", id="a line without end"),
        pytest.param("/heavy", "more than 5000 lines of up", id="too much of what is wanted"),
    ],
)
async def test_a_page_that_cannot_be_read_says_which_and_why(
    base: str, path: str, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One exception for all of it."""
    monkeypatch.setattr(scraping, "TIMEOUT_SECONDS", 1)
    async with aiohttp.ClientSession() as session:
        with pytest.raises(ScrapeFailed, match=part) as caught:
            await HttpScraper(session).samples(f"{base}{path}", ["up"])
    assert path in str(caught.value)


async def test_a_text_is_short(base: str) -> None:
    """Nobody's decision has megabytes."""
    async with aiohttp.ClientSession() as session:
        with pytest.raises(ScrapeFailed, match="more than 65536 bytes"):
            await HttpScraper(session).text(f"{base}/heavy")


@pytest.mark.parametrize("path", ["/good", "/heavy", "/blank"])
async def test_a_long_page_does_not_hold_the_event_loop(base: str, path: str) -> None:
    """Filtering and parsing let other tasks have their turns, in less than 100 ms of work."""
    longest = 0.0

    async def others() -> None:
        nonlocal longest
        last = time.thread_time()
        while True:
            await asyncio.sleep(0)
            longest, last = max(longest, time.thread_time() - last), time.thread_time()

    async with aiohttp.ClientSession() as session:
        gc.disable()  # a collection looks at whatever other tests left behind
        try:
            beside, begun = asyncio.create_task(others()), time.process_time()
            with contextlib.suppress(ScrapeFailed):
                await HttpScraper(session).samples(f"{base}{path}", ["up"])
            beside.cancel()
        finally:
            gc.enable()
    used = time.process_time() - begun
    assert longest < max(0.1, used / 4), "of a slow processor a share"


async def test_nobody_listening_is_a_failure_like_any_other() -> None:
    """The address is in the message."""
    async with aiohttp.ClientSession() as session:
        with pytest.raises(ScrapeFailed, match=r"127\.0\.0\.1:1"):
            await HttpScraper(session).text("http://127.0.0.1:1/")


def test_only_the_wanted_samples_are_parsed() -> None:
    """A name that begins with another one is another one."""
    page = '# TYPE a counter\na{x="1"} 2\na_total{x="1"} 3\nb 4\n'
    assert [("a", {"x": "1"}, 2.0)] == [(s.name, s.labels, s.value) for s in samples(page, ["a"])]


def test_what_is_no_metrics_page_says_so() -> None:
    """Instead of counting half of it."""
    with pytest.raises(ScrapeFailed, match="not a metrics page"):
        samples("a{x= 1\n", ["a"])
