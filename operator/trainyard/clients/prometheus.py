"""Asks a Prometheus."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Protocol

import aiohttp

from trainyard.clients.http_answers import HttpQuestion, NoAnswer, TooMuch, answered
from trainyard.clients.prometheus_access import AccessUnusable, PrometheusAccess

LARGEST_ANSWER = 2 << 20
"""The counters of some ninety pods; more would hold the event loop while JSON is read."""
MOST_SERIES = 10_000
PARSED_AT_ONCE = 32 << 10
"""A longer answer is parsed by a thread, so that the event loop goes on."""


class PrometheusFault(Exception):
    """Prometheus did not answer the query; says why."""


class TooManySeries(PrometheusFault):
    """The answer has more than was asked for; other ways may lead to the numbers."""


class ResultType(StrEnum):
    """The shapes of an answer that hold numbers."""

    SCALAR = "scalar"
    VECTOR = "vector"
    MATRIX = "matrix"


@dataclass(frozen=True, slots=True)
class Series:
    """One series with its samples, oldest first."""

    labels: dict[str, str]
    samples: tuple[tuple[datetime, float], ...]


@dataclass(frozen=True, slots=True)
class QueryResult:
    """What a query gave: a vector has one sample in each series, a matrix those of a range, and a
    scalar is one series without labels.
    """

    type: ResultType
    series: tuple[Series, ...]


class Prometheus(Protocol):
    """Answers PromQL."""

    async def query(self, promql: str, at: datetime, most: int = MOST_SERIES) -> QueryResult:
        """Return what the query gives at that time; raises PrometheusFault, also when there are
        more than `most` series.
        """
        ...


class HttpPrometheus:
    """A Prometheus, or whatever speaks its query API, at a base URL."""

    def __init__(self, session: aiohttp.ClientSession, access: PrometheusAccess) -> None:
        self._session = session
        self._access = access

    async def query(self, promql: str, at: datetime, most: int = MOST_SERIES) -> QueryResult:
        """See Prometheus.query."""
        form = {
            "query": promql,
            "time": f"{at.timestamp():.3f}",
            "timeout": f"{max(1, self._access.timeout_seconds - 1)}s",
            "limit": str(most + 1),
        }
        try:
            async with answered(self._session, self._question(form)) as answer:
                body = await answer.body()
        except TooMuch as fault:
            raise TooManySeries(str(fault)) from fault
        except (NoAnswer, AccessUnusable) as fault:
            raise PrometheusFault(str(fault)) from fault
        if len(body) <= PARSED_AT_ONCE:
            return read_answer(body, most)
        return await asyncio.to_thread(read_answer, body, most)

    def _question(self, form: Mapping[str, str]) -> HttpQuestion:
        access, found = self._access, self._access.credentials()
        url = f"{access.url.rstrip('/')}/api/v1/query"
        bounds = (access.timeout_seconds, LARGEST_ANSWER)
        return HttpQuestion("POST", url, *bounds, form, found.headers, found.tls)


def read_answer(body: bytes, most: int = MOST_SERIES) -> QueryResult:
    """Return the result in an answer; raises PrometheusFault when there is none, or too much."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as fault:
        raise PrometheusFault(f"no JSON: {str(fault)[:300]}") from fault
    if not isinstance(content, dict) or content.get("status") != "success":
        found = content.get("error", content) if isinstance(content, dict) else content
        raise PrometheusFault(str(found)[:300])
    result = read_result(content.get("data"))
    if len(result.series) > most:
        raise TooManySeries(f"the query gives more than {most} series")
    return result


def read_result(data: Any) -> QueryResult:
    """Return the result in the `data` of an answer; raises PrometheusFault for other shapes."""
    try:
        kind, result = data["resultType"], data["result"]
        if kind not in list(ResultType):
            raise PrometheusFault(f"the query gives a {kind}, not numbers")
        return QueryResult(ResultType(kind), _series(ResultType(kind), result))
    except (KeyError, TypeError, ValueError, IndexError, OverflowError, OSError) as fault:
        raise PrometheusFault(f"unreadable answer: {fault!r}") from fault


def _series(kind: ResultType, result: Any) -> tuple[Series, ...]:
    if kind is ResultType.SCALAR:
        return (Series({}, (_sample(result),)),)
    if kind is ResultType.VECTOR:
        return tuple(Series(dict(r["metric"]), (_sample(r["value"]),)) for r in result)
    return tuple(Series(dict(r["metric"]), tuple(map(_sample, r["values"]))) for r in result)


def _sample(pair: Any) -> tuple[datetime, float]:
    moment, value = pair
    return datetime.fromtimestamp(float(moment), tz=UTC), float(value)
