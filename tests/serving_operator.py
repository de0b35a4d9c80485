"""The operator with the row of ModelDeployments alone: TrainingJobs are then told by the test."""

from __future__ import annotations

import os

import aiohttp

from trainyard.clients.kinds import KINDS
from trainyard.clients.login import log_in
from trainyard.controllers import Sources, controllers
from trainyard.main import serving_sources
from trainyard.process.json_logs import log_as_json
from trainyard.process.loop_lag import LoopLag, run_measured
from trainyard.process.running import OperatorConfig, run
from trainyard.settings import read_settings


async def main(lag: LoopLag) -> int:
    """Run until asked to stop."""
    settings = read_settings()
    log_as_json(settings.log_level)
    configuration = await log_in(os.environ)
    async with aiohttp.ClientSession() as session:
        sources = Sources(settings.to_installation(), serving_sources(settings, session))
        rows = tuple(row for row in controllers(sources) if row.kind == "ModelDeployment")
        return await run(OperatorConfig(settings, rows, KINDS, configuration), lag)


if __name__ == "__main__":
    raise SystemExit(run_measured(main))
