"""`python -m demo.pictures`: draws the documents' pictures of the page anew."""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Browser

from demo.pictures.chromium import chromium
from demo.pictures.made_up import made_up_world
from demo.pictures.served_page import served

FOLDER = Path(__file__).parents[2] / "docs/pictures"
MODEL = "/models/courier/deliveries"
PICTURES = {
    "page-models.png": ("/", "body"),
    "page.png": (MODEL, "body"),
    "page-monitors.png": (MODEL, "section[aria-labelledby=live-values]"),
    "page-runs.png": (MODEL, "section[aria-labelledby=runs]"),
    "page-card.png": (MODEL, "section[aria-labelledby=model-card]"),
}
"""Path and what of it; of a whole page the first screen."""


async def _drawn(browser: Browser, address: str) -> None:
    context = await browser.new_context(
        base_url=address, viewport={"width": 1280, "height": 860}, color_scheme="light"
    )
    for name, (path, part) in PICTURES.items():
        page = await context.new_page()
        await page.goto(path)
        await page.get_by_role("status").filter(has_text="live").wait_for()
        if part == "body":
            await page.screenshot(path=FOLDER / name)
        else:
            await page.locator(part).screenshot(path=FOLDER / name)
        await page.close()


async def _main() -> None:
    with TemporaryDirectory() as folder:
        async with chromium(Path(folder)) as browser, served(made_up_world()) as address:
            await _drawn(browser, address)


if __name__ == "__main__":
    asyncio.run(_main())
