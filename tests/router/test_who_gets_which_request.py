"""Matches, copies and sticky users, at a real Envoy."""

from __future__ import annotations

import http.client
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

from builders_serving import a_model_deployment
from envoy_process import Envoy
from routed_servers import answer, router
from routings import NEW, OLD, routing

from trainyard.api.v1alpha1.traffic import TrafficMatch
from trainyard.clients.scraping import samples
from trainyard.model_deployments.analysis.evidence import Arms, Counts
from trainyard.model_deployments.analysis.samples import ROUTER, Sample, counts_of, metric_names
from trainyard.model_deployments.traffic.mode import Routing

BETA = TrafficMatch.model_validate({"headers": [{"name": "x-cohort", "value": "beta"}]})
TESTER = TrafficMatch.model_validate({"cookies": [{"name": "role", "value": "tester"}]})
USERS = 200


def asked(found: Routing, **canary: object) -> Routing:
    """Return the decision with these wishes for its canary."""
    return replace(
        found, traffic=(found.traffic[0], found.traffic[1].model_copy(update=dict(canary)))
    )


def counted(running: Envoy, canary: str) -> tuple[Counts, Counts]:
    """What the operator reads of the stable version and of this group."""
    page = samples(running.page(), metric_names(ROUTER))
    numbers = [Sample(s.name, s.labels, s.value) for s in page]
    found, _ = counts_of(numbers, ROUTER, Arms(OLD, canary))
    return found.get(OLD, Counts()), found.get(canary, Counts())


def test_who_matches_meets_the_new_version_and_is_counted_apart(tmp_path: Path) -> None:
    """By header or by cookie; nobody else does, and no verdict sees it."""
    decision = asked(routing(stable=100, canary=0), matches=(BETA, TESTER))
    with router(decision, tmp_path) as running:
        for _ in range(10):
            assert (200, NEW) == answer(running.address, x_cohort="beta")
            assert (200, NEW) == answer(running.address, cookie="a=b; role=tester")
            assert (200, OLD) == answer(running.address, x_cohort="alpha")
        stable, matched = counted(running, f"{NEW}-matched")
        assert (10, 20) == (stable.requests, matched.requests)
        assert 0 == counted(running, NEW)[1].requests


def test_explanations_are_seen_by_no_verdict(tmp_path: Path) -> None:
    """They reach both versions, and neither is slower for it in the eyes of a check."""
    found = routing(stable=50, canary=50)
    found = replace(found, owner=a_model_deployment(server={"explain": {}}))
    with router(found, tmp_path) as running:
        who = Counter(answer(running.address, "/v2/models/m/explain") for _ in range(USERS))
        assert {(200, OLD), (200, NEW)} == set(who)
        assert (0, 0) == tuple(one.requests for one in counted(running, NEW))
        assert who[(200, NEW)] == counted(running, f"{NEW}-explain")[1].requests


def test_copies_are_answered_to_nobody_and_counted_apart(tmp_path: Path) -> None:
    """Half of the requests, as users send them."""
    decision = asked(routing(stable=100, canary=0), mirror_percent=50)
    with router(decision, tmp_path) as running:
        for _ in range(USERS):
            assert (200, OLD) == answer(running.address)
        end = time.monotonic() + 60
        while counted(running, f"{NEW}-mirror")[1].requests < USERS / 3:
            assert time.monotonic() < end
            time.sleep(0.1)
        stable, copies = counted(running, f"{NEW}-mirror")
        assert USERS == stable.requests
        assert USERS / 3 <= copies.requests <= USERS * 2 / 3
        assert copies.within, "they are timed"
        assert 0 == counted(running, NEW)[1].requests


def visit(running: Envoy, cookie: str = "") -> tuple[str, str]:
    """Return who answered, and the cookie from now on."""
    connection = http.client.HTTPConnection(running.address, timeout=60)
    try:
        headers = {"cookie": f"theme=dark; {cookie}"} if cookie else {}
        connection.request("POST", "/", body=b"x", headers=headers)
        found = connection.getresponse()
        told = (found.getheader("set-cookie") or cookie).partition(";")[0]
        return found.read().decode(), told
    finally:
        connection.close()


def test_a_user_stays_with_a_version_as_far_as_the_weights_allow(tmp_path: Path) -> None:
    """From the first answer on; while the weight rises nobody moves back."""
    owner = a_model_deployment(traffic={"sticky": {}})
    with router(replace(routing(stable=70, canary=30), owner=owner), tmp_path) as running:
        users = [visit(running) for _ in range(USERS)]
        assert users == [visit(running, cookie) for _, cookie in users]
        assert 0.18 * USERS <= Counter(who for who, _ in users)[NEW] <= 0.42 * USERS
        running.told(replace(routing(stable=40, canary=60, decision=8), owner=owner))
        end = time.monotonic() + 60
        while running.decision() != 8:
            assert time.monotonic() < end
            time.sleep(0.1)
        later = [visit(running, cookie)[0] for _, cookie in users]
        moved = Counter(zip([who for who, _ in users], later, strict=True))
        assert 0 == moved[NEW, OLD]
        assert 0.46 * USERS <= Counter(later)[NEW] <= 0.74 * USERS
