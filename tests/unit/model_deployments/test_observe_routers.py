"""What routers are asked, and only when it is needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from builders_serving import INSTALLATION, NOW, a_model_deployment, digest
from envoy_pages import decision_page

from trainyard.clients.exposition import ScrapedSample
from trainyard.clients.scraping import ScrapeFailed
from trainyard.model_deployments.observe_routers import (
    RouterQuestions,
    asked_router,
    router_questions,
)
from trainyard.model_deployments.observed import Observed
from trainyard.model_deployments.source import Wanted
from trainyard.model_deployments.traffic.carrier import Carrier, RouterPod
from trainyard.model_deployments.traffic.envoy import CONNECTIONS

POD = RouterPod("r", "u", ready=True, annotated=7)
THERE = Carrier(generation=7, router_uid="d", pods=(POD,))


@pytest.mark.parametrize(
    ("traffic", "carrier", "fields", "expected"),
    [
        pytest.param({"router": "Always"}, THERE, {}, RouterQuestions(), id="all is known"),
        pytest.param(
            {}, THERE, {"routingAppliedAt": None}, RouterQuestions(decision=True), id="Always"
        ),
        pytest.param(
            {"router": "Releasing"}, THERE, {}, RouterQuestions(connections=True), id="they go"
        ),
        pytest.param(
            {"router": "Releasing"},
            THERE,
            {"routingAppliedAt": None},
            RouterQuestions(decision=True),
            id="they go once the decision is in force",
        ),
        pytest.param(
            {"router": "Releasing"},
            replace(THERE, awaits_routers=True),
            {"routingAppliedAt": None},
            RouterQuestions(decision=True, reach=True),
            id="a split waits for them",
        ),
        pytest.param({"mode": "Replicas"}, THERE, {}, RouterQuestions(connections=True), id="both"),
        pytest.param(
            {"mode": "Replicas"}, THERE, {"routingAppliedAt": None}, RouterQuestions(), id="later"
        ),
        pytest.param({"router": "Releasing"}, Carrier(), {}, RouterQuestions(), id="none is there"),
    ],
)
def test_routers_are_asked_what_is_needed_of_them(
    traffic: dict[str, Any], carrier: Carrier, fields: dict[str, Any], expected: RouterQuestions
) -> None:
    """At rest there is nobody to ask, or nothing."""
    status = {
        "routingGeneration": 7,
        "routingAppliedAt": NOW,
        "traffic": [{"role": "stable", "revision": "s", "weightPercent": 100}],
        "stable": {"revision": "s", "bundleDigest": digest("a")},
    }
    resource = a_model_deployment(status=status | fields, traffic=traffic)
    seen = replace(Observed(INSTALLATION, Wanted("", "")), carrier=carrier)
    assert expected == router_questions(resource.spec, resource.status, seen)


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of one router; None: they cannot be read."""

    decision: str | None = None
    numbers: tuple[ScrapedSample, ...] | None = None

    async def text(self, url: str) -> str:
        """See Scraper.text."""
        if self.decision is None:
            raise ScrapeFailed(url)
        return self.decision

    async def samples(self, url: str, names: Sequence[str]) -> list[ScrapedSample]:
        """See Scraper.samples."""
        if self.numbers is None:
            raise ScrapeFailed(url)
        return [sample for sample in self.numbers if sample.name in names]


HEALTHY = ScrapedSample("envoy_cluster_membership_healthy", {"envoy_cluster_name": "s"}, 2.0)
GONE = ScrapedSample("envoy_cluster_membership_healthy", {"envoy_cluster_name": "c"}, 0.0)
USER = ScrapedSample(CONNECTIONS, {"envoy_http_conn_manager_prefix": "serving"}, 3.0)
OURS = ScrapedSample(CONNECTIONS, {"envoy_http_conn_manager_prefix": "stats"}, 1.0)
ALL = RouterQuestions(decision=True, reach=True, connections=True)


@pytest.mark.parametrize(
    ("pages", "expected"),
    [
        pytest.param(
            Pages(decision_page("7"), (HEALTHY, GONE, USER, OURS)),
            replace(POD, reports=7, reaches=frozenset({"s"}), connections=3),
            id="it answers: users are counted, not who asks",
        ),
        pytest.param(Pages(), POD, id="it does not"),
        pytest.param(
            Pages(decision_page("7"), ()), replace(POD, reports=7), id="it says nothing of users"
        ),
    ],
)
async def test_what_a_router_says_is_kept_and_silence_is_no_number(
    pages: Pages, expected: RouterPod
) -> None:
    """Nobody connected, and nobody known, are two things."""
    assert expected == await asked_router(pages, ALL, POD, "10.0.0.1")


async def test_who_does_not_serve_is_not_asked() -> None:
    """It would not answer."""
    down = replace(POD, ready=False)
    assert down == await asked_router(Pages(decision_page("7")), ALL, down, "10.0.0.1")
    assert POD == await asked_router(Pages(decision_page("7")), ALL, POD, "")
