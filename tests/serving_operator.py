"""The operator with the row of ModelDeployments alone: TrainingJobs are then told by the test."""

from __future__ import annotations

import asyncio
import os

import aiohttp

from trainyard.clients.kinds import KINDS
from trainyard.clients.login import log_in
from trainyard.controllers import Sources, controllers
from trainyard.json_logs import log_as_json
from trainyard.main import serving_sources
from trainyard.running import Design, run
from trainyard.settings import read_settings


async def main() -> int:
    """Run until asked to stop."""
    settings = read_settings()
    log_as_json(settings.log_level)
    configuration = await log_in(os.environ)
    async with aiohttp.ClientSession() as session:
        sources = Sources(settings.to_installation(), serving_sources(settings, session))
        rows = tuple(row for row in controllers(sources) if row.kind == "ModelDeployment")
        return await run(Design(settings, rows, KINDS, configuration))


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
