"""One browser, and one page of models that were made up, for all tests here."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page

from demo.pictures.chromium import chromium
from demo.pictures.made_up import made_up_world
from demo.pictures.served_page import served
from trainyardpage.world import World


@dataclass(frozen=True, slots=True)
class Reader:
    """A browser, the page, and what it shows."""

    browser: Browser
    address: str
    world: World

    async def context(self, **settings: Any) -> BrowserContext:
        """Return a fresh window of the browser, in which everything is waited for patiently."""
        found = await self.browser.new_context(base_url=self.address, **settings)
        found.set_default_timeout(120_000)
        return found


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def reader(tmp_path_factory: Any) -> AsyncIterator[Reader]:
    """Give who reads the page."""
    folder: Path = tmp_path_factory.mktemp("chromium")
    world = made_up_world()
    async with chromium(folder) as browser, served(world) as address:
        yield Reader(browser, address, world)


class Complaints:
    """What the browser says against a page: refused by its policy, failed, not found."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def of(self, page: Page) -> None:
        """Hear those of this page, too."""
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.heard.append(str(error)))

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.heard.append(message.text)


@pytest_asyncio.fixture(loop_scope="session")
async def complaints() -> AsyncIterator[Complaints]:
    """Give the list, which has to be empty in the end."""
    found = Complaints()
    yield found
    assert [] == found.heard
