"""Played routers, as the operator reads them."""

from __future__ import annotations

import pytest

from benchmarks.control_plane.router_page import Counters, Routes, page, routes_of
from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.rollout_status import TrafficShare
from trainyard.clients.scraping import samples
from trainyard.model_deployments.analysis.samples import ROUTER, metric_names
from trainyard.model_deployments.traffic import envoy
from trainyard.model_deployments.traffic.mode import Routing
from trainyard.model_deployments.traffic.router_manifests import config_map


def test_counters_go_up_by_the_weights_that_are_in_force() -> None:
    """A quarter of the requests for a weight of 25."""
    counters = Counters(_since=Counters()._since - 8)
    counters.count({"a": 75, "b": 25})
    assert counters.counts["a"] == pytest.approx(600, rel=0.05)
    assert counters.counts["a"] == pytest.approx(3 * counters.counts["b"])


def test_the_page_shows_what_the_operator_looks_for() -> None:
    """Answers, buckets up to the last edge, and healthy pods, among much else."""
    routes = Routes(clusters=["a"], edges=[*(str(edge) for edge in range(12)), "+Inf"])
    text = page(routes, {"a": 2}, {"a": 40.0})
    found = samples(text, metric_names(ROUTER))
    assert [40.0] == [s.value for s in found if s.name == ROUTER.answers]
    assert [0.0] * 10 + [40.0] * 3 == [s.value for s in found if s.name == ROUTER.buckets]
    (healthy,) = samples(text, ["envoy_cluster_membership_healthy"])
    assert (healthy.labels, healthy.value) == ({"envoy_cluster_name": "a"}, 2.0)
    assert len(text.splitlines()) > 500


def test_what_the_operator_writes_for_routers_is_understood() -> None:
    """The very files, and the page on which the operator looks for the number it gave."""
    resource = ModelDeployment.model_validate(
        {
            "metadata": {"name": "a", "namespace": "n", "uid": "u"},
            "spec": {"model": {"trainingJob": {"name": "a"}}},
        }
    )
    shares = (
        TrafficShare(role="stable", revision="a-1", weight_percent=80),
        TrafficShare(role="canary", revision="a-2", weight_percent=20),
    )
    for traffic, weights in ((shares, {"a-1": 80, "a-2": 20}), ((), {})):
        routing = Routing(resource, 7, traffic, ("a-1", "a-2"))
        found = routes_of(config_map(routing)["data"])
        assert weights == found.weights
        others = [f"{name}-{use}" for name in ("a-1", "a-2") for use in ("matched", "mirror")]
        assert ["a-1", "a-2", *others] == found.clusters
        assert (found.edges[0], found.edges[-1]) == ("1", "+Inf")
        assert (envoy.DECISION_PATH, 7) == (found.path, envoy.decision_of(found.version))
