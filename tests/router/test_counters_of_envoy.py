"""A rollout is counted at a real Envoy where Prometheus does not know it."""

from __future__ import annotations

from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
from aiohttp import web
from envoy_process import Envoy
from routed_servers import answer, router
from routings import NEW, OLD, routing
from served_app import served

from trainyard.clients.prometheus import HttpPrometheus
from trainyard.clients.prometheus_access import PrometheusAccess
from trainyard.clients.scraping import HttpScraper
from trainyard.model_deployments.analysis.counter_source import CountedPod
from trainyard.model_deployments.analysis.counters import CounterQuestion, RolloutCounters
from trainyard.model_deployments.analysis.evidence import Arms, Interval, Reading
from trainyard.model_deployments.analysis.samples import ROUTER
from trainyard.model_deployments.analysis.scraped_counters import ScrapedCounters
from trainyard.model_deployments.analysis.stored_counters import StoredCounters
from trainyard.model_deployments.traffic.envoy import STATS_PATH


async def two_readings(running: Envoy) -> tuple[Reading, Counter[str]]:
    """Return what is counted of forty requests, and who answered them."""

    async def knows_nothing(_: web.Request) -> web.Response:
        data = {"resultType": "matrix", "result": []}
        return web.json_response({"status": "success", "data": data})

    app = web.Application()
    app.router.add_post("/api/v1/query", knows_nothing)
    pod = CountedPod("router-1", "router-1.0", f"{running.base}{STATS_PATH}")
    asked = CounterQuestion("team", "tumours", ROUTER, Arms(OLD, NEW), (pod,), since=None)
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(served(app))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        source = RolloutCounters(
            ScrapedCounters(HttpScraper(session)),
            StoredCounters(HttpPrometheus(session, PrometheusAccess(url))),
            lambda: datetime.now(UTC),
        )
        first = await source.read(asked)
        answers = Counter(answer(running.address)[1] for _ in range(40))
        return await source.read(replace(asked, since=first.observed_until)), answers


async def test_each_request_is_counted_once_for_who_answered_it(tmp_path: Path) -> None:
    """And a note says that Prometheus does not know the router."""
    with router(routing(stable=50, canary=50), tmp_path) as running:
        found, answers = await two_readings(running)
    assert isinstance(found.interval, Interval)
    assert answers[OLD] == found.interval.stable.requests
    assert 0 < answers[NEW] == found.interval.canary.requests
    assert "counted at pod router-1, unknown to Prometheus" == found.why
