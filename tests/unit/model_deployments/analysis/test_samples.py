"""What the names of the metrics mean."""

from __future__ import annotations

import pytest

from trainyard.clients.scraping import samples
from trainyard.model_deployments.analysis.evidence import Arms, Counts
from trainyard.model_deployments.analysis.samples import (
    ROUTER,
    ROUTER_OF_BOTH,
    SERVER,
    Family,
    Sample,
    counts_of,
    metric_names,
)

ROUTER_PAGE = """
# TYPE envoy_cluster_upstream_rq_xx counter
envoy_cluster_upstream_rq_xx{envoy_response_code_class="2",envoy_cluster_name="s"} 90
envoy_cluster_upstream_rq_xx{envoy_response_code_class="4",envoy_cluster_name="s"} 5
envoy_cluster_upstream_rq_xx{envoy_response_code_class="5",envoy_cluster_name="s"} 3
envoy_cluster_upstream_rq_xx{envoy_response_code_class="2",envoy_cluster_name="admin"} 7
# TYPE envoy_cluster_upstream_rq_retry counter
envoy_cluster_upstream_rq_retry{envoy_cluster_name="s"} 2
envoy_cluster_upstream_rq_retry_success{envoy_cluster_name="s"} 2
# TYPE envoy_cluster_upstream_rq_time histogram
envoy_cluster_upstream_rq_time_bucket{envoy_cluster_name="s",le="10"} 80
envoy_cluster_upstream_rq_time_bucket{envoy_cluster_name="s",le="2"} 40
envoy_cluster_upstream_rq_time_bucket{envoy_cluster_name="s",le="+Inf"} 98
envoy_cluster_upstream_rq_time_sum{envoy_cluster_name="s"} 1
envoy_cluster_upstream_rq_time_count{envoy_cluster_name="s"} 98
"""


def read(page: str, family: Family) -> tuple[dict[str, Counts], tuple[str, ...]]:
    """Return what a page says about versions s and c."""
    found = [Sample(s.name, s.labels, s.value) for s in samples(page, metric_names(family))]
    return counts_of(found, family, Arms("s", "c"))


def test_a_router_counts_tries() -> None:
    """A try that failed and was tried again is a failure of the version, whoever answered then."""
    counts, edges = read(ROUTER_PAGE, ROUTER)
    assert {"s": Counts(100, 10, (40, 80, 98))} == counts
    assert ("2", "10", "+Inf") == edges


GRPC_PAGE = (
    ROUTER_PAGE
    + """
# what Envoy shows of calls of which two were INVALID_ARGUMENT, and one was tried again
envoy_cluster_upstream_rq_xx{envoy_response_code_class="2",envoy_cluster_name="s-grpc"} 20
envoy_cluster_upstream_rq_retry{envoy_cluster_name="s-grpc"} 1
envoy_cluster_grpc_0{envoy_cluster_name="s-grpc"} 18
envoy_cluster_grpc_3{envoy_cluster_name="s-grpc"} 2
envoy_cluster_grpc_success{envoy_cluster_name="s-grpc"} 18
envoy_cluster_grpc_failure{envoy_cluster_name="s-grpc"} 2
envoy_cluster_grpc_total{envoy_cluster_name="s-grpc"} 20
envoy_cluster_grpc_failure{envoy_cluster_name="s"} 5
envoy_cluster_upstream_rq_time_bucket{envoy_cluster_name="s-grpc",le="2"} 5
envoy_cluster_upstream_rq_time_bucket{envoy_cluster_name="s-grpc",le="10"} 20
envoy_cluster_upstream_rq_time_bucket{envoy_cluster_name="s-grpc",le="+Inf"} 20
"""
)


@pytest.mark.parametrize(
    ("family", "counts"),
    [
        pytest.param(ROUTER_OF_BOTH, Counts(121, 13, (45, 100, 118)), id="both speak gRPC"),
        pytest.param(ROUTER, Counts(100, 10, (40, 80, 98)), id="one of them does not"),
    ],
)
def test_calls_over_grpc_count_by_their_own_status(family: Family, counts: Counts) -> None:
    """HTTP says 200 whatever the call's status is, so its code is not asked."""
    assert {"s": counts} == read(GRPC_PAGE, family)[0]


def test_a_server_counts_its_answers() -> None:
    """Refused requests are failures, as they are at the router."""
    page = """
trainyard_requests_total{code="200",revision="c"} 9
trainyard_requests_total{code="400",revision="c"} 4
trainyard_requests_total{code="429",revision="c"} 2
trainyard_requests_total{code="503",revision="c"} 1
"""
    assert ({"c": Counts(16, 7)}, ()) == read(page, SERVER)


def test_numbers_that_are_none_are_left_out() -> None:
    """NaN is no count."""
    page = 'trainyard_requests_total{code="200",revision="c"} NaN\n'
    assert ({}, ()) == read(page, SERVER)


def test_odd_labels_are_no_evidence_and_no_fault() -> None:
    """A server image of the user may show metrics of our names with labels of its own."""
    page = """
trainyard_requests_total{revision="c"} 9
trainyard_request_seconds_bucket{revision="c"} 9
trainyard_request_seconds_bucket{revision="c",le="soon"} 9
trainyard_request_seconds_bucket{revision="c",le="0.5"} 8
"""
    assert ({"c": Counts(9, 0, (8,))}, ("0.5",)) == read(page, SERVER)


def test_an_empty_page_counts_nothing() -> None:
    """A router that has not had a request yet."""
    assert ({}, ()) == read("", ROUTER)
