"""What a request is about."""

from __future__ import annotations

import pytest

from benchmarks.faults.exchanges import Asked, asked
from benchmarks.faults.plans import Target

OURS = "/apis/trainyard.dev/v1alpha1/namespaces/a"


@pytest.mark.parametrize(
    ("method", "path", "created", "found"),
    [
        pytest.param(
            "PUT",
            f"{OURS}/datasets/d/status",
            "",
            Asked("PUT", "a", "datasets", "d", "status"),
            id="a status",
        ),
        pytest.param(
            "POST",
            "/apis/batch/v1/namespaces/a/jobs",
            "j",
            Asked("POST", "a", "jobs", "j", ""),
            id="a Job that is made",
        ),
        pytest.param(
            "GET",
            "/api/v1/namespaces/a/pods",
            "",
            Asked("GET", "a", "pods", "", ""),
            id="a list",
        ),
        pytest.param("GET", "/api/v1/namespaces", "", None, id="no namespace"),
        pytest.param("POST", "/api/v1/namespaces/a/events", "e", None, id="an Event"),
        pytest.param(
            "PATCH",
            "/apis/coordination.k8s.io/v1/namespaces/a/leases/l",
            "",
            None,
            id="the Lease",
        ),
    ],
)
def test_requests_are_told_apart(method: str, path: str, created: str, found: Asked | None) -> None:
    """By verb, namespace, kind, name and part."""
    assert found == asked(method, path, created)


def test_targets_are_what_they_say() -> None:
    """A status is no child, and a read is no write."""
    status = Asked("PUT", "a", "modelversions", "v", "status")
    child, read = Asked("PATCH", "a", "services", "s", ""), Asked("GET", "a", "services", "s", "")
    met = {target: [a.is_met_by(target) for a in (status, child, read)] for target in Target}
    assert met == {
        Target.WRITES: [True, True, False],
        Target.READS: [False, False, True],
        Target.STATUS: [True, False, False],
        Target.CHILDREN: [False, True, False],
    }
