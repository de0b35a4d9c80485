"""The composition root: settings → logs → login → controllers → the running process."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import monotonic

import aiohttp

from trainyard.clients.answer_pages import HttpAnswerPages
from trainyard.clients.coordinator_doors import HttpCoordinatorDoors
from trainyard.clients.kinds import KINDS
from trainyard.clients.login import LoginImpossible, log_in
from trainyard.clients.mlflow import HttpMlflow
from trainyard.clients.openlineage import HttpOpenLineage
from trainyard.clients.predictions import HttpPredictor
from trainyard.clients.prometheus import HttpPrometheus
from trainyard.clients.prometheus_access import PrometheusAccess
from trainyard.clients.scraping import HttpScraper
from trainyard.clients.trackers import Trackers
from trainyard.clients.webhooks import HttpWebhooks
from trainyard.controllers import Sources, controllers
from trainyard.model_deployments.analysis.bin_counters import BinCounters
from trainyard.model_deployments.analysis.counters import RolloutCounters
from trainyard.model_deployments.analysis.error_windows import ErrorWindows
from trainyard.model_deployments.analysis.scraped_counters import ScrapedCounters
from trainyard.model_deployments.analysis.stored_counters import StoredCounters
from trainyard.model_deployments.observe import ServingSources
from trainyard.notifications.posting import post
from trainyard.outbox import Outbox
from trainyard.process.ending import ENDS_WITHIN_SECONDS, end_within
from trainyard.process.json_logs import log_as_json
from trainyard.process.loop_lag import LoopLag, run_measured
from trainyard.process.running import OperatorConfig, run
from trainyard.settings import Settings, SettingsWrong, read_settings

WRONG_CONFIGURATION = 2


def main() -> int:
    """Run the operator and return its exit code; 2 when its configuration cannot be used."""
    try:
        settings = read_settings()
        log_as_json(settings.log_level)
        return run_measured(lambda lag: _run(settings, lag))
    except (SettingsWrong, LoginImpossible) as fault:
        sys.stderr.write(f"trainyard: {fault}\n")
        return WRONG_CONFIGURATION


async def _run(settings: Settings, lag: LoopLag) -> int:
    configuration = await log_in(os.environ)
    async with aiohttp.ClientSession() as session:
        trackers = Trackers(
            HttpMlflow(session, _folder(settings.mlflow_folder)),
            HttpOpenLineage(session, _folder(settings.openlineage_folder), _now),
        )
        sources = Sources(
            settings.to_installation(),
            serving_sources(settings, session),
            Outbox(trackers.record, _now),
            HttpCoordinatorDoors(session, monotonic),
        )
        config = OperatorConfig(settings, controllers(sources), KINDS, configuration)
        code = await run(config, lag)
    end_within(ENDS_WITHIN_SECONDS, code)
    return code


def serving_sources(settings: Settings, session: aiohttp.ClientSession) -> ServingSources:
    """Return what is asked beside the API server: the pods, and Prometheus where there is one."""
    scraper = HttpScraper(session)
    prometheus = (
        HttpPrometheus(session, prometheus_access(settings)) if settings.prometheus_url else None
    )
    counters = RolloutCounters(
        ScrapedCounters(scraper), StoredCounters(prometheus) if prometheus else None, _now
    )
    webhooks = HttpWebhooks(session, _folder(settings.receivers_folder))
    return ServingSources(
        installation=settings.to_installation(),
        counters=counters,
        errors=ErrorWindows(counters),
        outbox=Outbox(partial(post, webhooks), _now),
        bins=BinCounters(scraper, prometheus),
        answer_pages=HttpAnswerPages(session),
        scraper=scraper,
        predictor=HttpPredictor(),
        prometheus=prometheus,
        clock=_now,
    )


def prometheus_access(settings: Settings) -> PrometheusAccess:
    """Return where Prometheus is and what opens it."""
    return PrometheusAccess(
        settings.prometheus_url,
        settings.prometheus_timeout_seconds,
        _folder(settings.prometheus_secret_folder),
    )


def _folder(path: str) -> Path | None:
    return Path(path) if path else None


def _now() -> datetime:
    return datetime.now(UTC)
