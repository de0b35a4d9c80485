"""The composition root: settings → logs → login → controllers → the running process."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime

import aiohttp

from trainyard.clients.kinds import KINDS
from trainyard.clients.login import LoginImpossible, log_in
from trainyard.clients.predictions import HttpPredictor
from trainyard.clients.prometheus import HttpPrometheus
from trainyard.clients.scraping import HttpScraper
from trainyard.controllers import Sources, controllers
from trainyard.json_logs import log_as_json
from trainyard.model_deployments.counters import ScrapedCounters
from trainyard.model_deployments.observe import ServingSources
from trainyard.model_deployments.stored_counters import StoredCounters
from trainyard.running import Design, run
from trainyard.settings import Settings, SettingsWrong, read_settings

WRONG_CONFIGURATION = 2


def main() -> int:
    """Run the operator and return its exit code; 2 when its configuration cannot be used."""
    try:
        settings = read_settings()
        log_as_json(settings.log_level)
        return asyncio.run(_run(settings))
    except (SettingsWrong, LoginImpossible) as fault:
        sys.stderr.write(f"trainyard: {fault}\n")
        return WRONG_CONFIGURATION


async def _run(settings: Settings) -> int:
    configuration = await log_in(os.environ)
    async with aiohttp.ClientSession() as session:
        sources = Sources(settings.to_installation(), serving_sources(settings, session))
        return await run(Design(settings, controllers(sources), KINDS, configuration))


def serving_sources(settings: Settings, session: aiohttp.ClientSession) -> ServingSources:
    """Return what is asked beside the API server: the pods, and Prometheus where there is one."""
    scraper = HttpScraper(session)
    prometheus = (
        HttpPrometheus(session, settings.prometheus_url) if settings.prometheus_url else None
    )
    return ServingSources(
        installation=settings.to_installation(),
        counters=StoredCounters(prometheus, _now) if prometheus else ScrapedCounters(scraper, _now),
        scraper=scraper,
        predictor=HttpPredictor(),
        prometheus=prometheus,
        clock=_now,
    )


def _now() -> datetime:
    return datetime.now(UTC)
