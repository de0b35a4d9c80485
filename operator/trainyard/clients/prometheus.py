"""Asks a Prometheus."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

import aiohttp

TIMEOUT_SECONDS = 8


class PrometheusFault(Exception):
    """Prometheus did not answer the query; says why."""


@dataclass(frozen=True, slots=True)
class Series:
    """One series with its samples, oldest first."""

    labels: dict[str, str]
    samples: tuple[tuple[datetime, float], ...]


class Prometheus(Protocol):
    """Answers PromQL."""

    async def query(self, promql: str, at: datetime | None = None) -> tuple[Series, ...]:
        """Return the series of an instant query, with one sample each, or with those of a range
        selector; a scalar is one series without labels. Raises PrometheusFault.
        """
        ...


class HttpPrometheus:
    """A Prometheus, or whatever speaks its query API, at a base URL."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = f"{url.rstrip('/')}/api/v1/query"

    async def query(self, promql: str, at: datetime | None = None) -> tuple[Series, ...]:
        """See Prometheus.query."""
        form = {"query": promql, "timeout": f"{TIMEOUT_SECONDS - 1}s"}
        if at is not None:
            form["time"] = f"{at.timestamp():.3f}"
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        try:
            async with self._session.post(self._url, data=form, timeout=timeout) as answer:
                content = await answer.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as fault:
            raise PrometheusFault(f"{self._url}: {type(fault).__name__} {fault}") from fault
        if not isinstance(content, dict) or content.get("status") != "success":
            found = content.get("error", content) if isinstance(content, dict) else content
            raise PrometheusFault(f"{self._url}: {str(found)[:300]}")
        return read_result(content.get("data"))


def read_result(data: Any) -> tuple[Series, ...]:
    """Return the series of the `data` of an answer; raises PrometheusFault for other shapes."""
    try:
        kind, result = data["resultType"], data["result"]
        if kind == "scalar":
            return (Series({}, (_sample(result),)),)
        if kind == "vector":
            return tuple(Series(dict(r["metric"]), (_sample(r["value"]),)) for r in result)
        if kind == "matrix":
            return tuple(
                Series(dict(r["metric"]), tuple(_sample(v) for v in r["values"])) for r in result
            )
    except (KeyError, TypeError, ValueError, IndexError, OverflowError) as fault:
        raise PrometheusFault(f"unreadable answer: {fault!r}") from fault
    raise PrometheusFault(f"the query gives a {kind}, not numbers")


def _sample(pair: Any) -> tuple[datetime, float]:
    moment, value = pair
    return datetime.fromtimestamp(float(moment), tz=UTC), float(value)
