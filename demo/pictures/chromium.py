"""Debian's Chromium, with fonts of its own, so that a page looks the same on every machine."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from devcluster.debian_programs import PACKAGED, DebianPrograms
from devcluster.places import places_from
from devcluster.progress import Progress

PROGRAM = "chromium"
_SOURCE = Path(__file__).parents[2] / "devcluster"
_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
<dir>/usr/share/fonts</dir><dir>{root}/usr/share/fonts</dir><cachedir>{folder}/fonts</cachedir>
<alias binding="strong"><family>system-ui</family><prefer><family>Inter</family></prefer></alias>
<alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
</fontconfig>
"""


@asynccontextmanager
async def chromium(folder: Path) -> AsyncIterator[Browser]:
    """Give the browser, its package fetched now if it is not there; `folder` is for its files."""
    places = places_from(os.environ, Path.home(), _SOURCE)
    program = DebianPrograms(places, Progress()).path(PROGRAM)
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(
            executable_path=program, env=dict(_environment(program, folder)), timeout=300_000
        )
        try:
            yield browser
        finally:
            await browser.close()


def _environment(program: Path, folder: Path) -> Mapping[str, str]:
    """What it needs lies beside it where it was unpacked and not installed."""
    root = program.parents[len(Path(PACKAGED[PROGRAM].path).parts) - 1]
    fonts = folder / "fonts.conf"
    fonts.write_text(_FONTS.format(root=root, folder=folder))
    environment = {**os.environ, "FONTCONFIG_FILE": str(fonts)}
    if root != Path("/"):
        libraries = sorted(
            {str(path.parent) for path in root.glob("usr/lib/*-linux-gnu*/**/*.so*")}
        )
        environment["LD_LIBRARY_PATH"] = os.pathsep.join(libraries)
    return environment
