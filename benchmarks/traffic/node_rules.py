"""When did the node follow? What kube-proxy says of its rules, and routers of their decision."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from time import time

import aiohttp

from benchmarks.traffic.trail import Trail
from trainyard.model_deployments.traffic.envoy import DECISION_PATH, STATS_PORT, decision_of

KUBE_PROXY = "http://127.0.0.1:10249/metrics"
_SYNCED = "kubeproxy_sync_proxy_rules_last_timestamp_seconds"
_FAILED = (
    "kubeproxy_sync_proxy_rules_iptables_restore_failures_total",
    "kubeproxy_sync_proxy_rules_iptables_partial_restore_failures_total",
)
_EACH_SECONDS = 0.5
_PATIENCE = aiohttp.ClientTimeout(total=2)


def rules_of(page: str) -> str:
    """Return when the rules were written last, and how often that failed; empty: it is not told."""
    told = dict(_plain(page))
    if _SYNCED not in told:
        return ""
    failed = sum(told.get(name, 0.0) for name in _FAILED)
    return f"wrote its rules at {told[_SYNCED]:.3f}" + (f", failed {failed:.0f}" if failed else "")


def _plain(page: str) -> Iterator[tuple[str, float]]:
    for line in page.splitlines():
        named, _, number = line.rpartition(" ")
        name, _, labels = named.partition("{")
        if (name == _SYNCED or name in _FAILED) and "IPv6" not in labels:
            yield name, float(number)


@asynccontextmanager
async def rules_noted(trail: Trail) -> AsyncIterator[None]:
    """Note both until the end of the block: each write of the rules, and what each router acts on.

    Where no kube-proxy of this machine tells them, rules are not among what is noted.
    """
    watching = asyncio.create_task(_watch(trail))
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def _watch(trail: Trail) -> None:
    async with aiohttp.ClientSession(timeout=_PATIENCE) as session:
        while True:
            routers = [_router(session, trail, *one) for one in trail.routers.items()]
            await asyncio.gather(_kube_proxy(session, trail), *routers)
            await asyncio.sleep(_EACH_SECONDS)


async def _kube_proxy(session: aiohttp.ClientSession, trail: Trail) -> None:
    if said := rules_of(await _page(session, KUBE_PROXY)):
        trail.note("kube-proxy", said)


async def _router(session: aiohttp.ClientSession, trail: Trail, name: str, address: str) -> None:
    began = time()
    page = await _page(session, f"http://{address}:{STATS_PORT}{DECISION_PATH}")
    decision = decision_of(page)
    silent = f"has not answered for {time() - began:.1f} s" if time() - began > 1 else "is silent"
    trail.note(f"router/{name}", silent if decision is None else f"acts on {decision}")


async def _page(session: aiohttp.ClientSession, url: str) -> str:
    try:
        async with session.get(url) as answer:
            return await answer.text()
    except (aiohttp.ClientError, TimeoutError, OSError):
        return ""
