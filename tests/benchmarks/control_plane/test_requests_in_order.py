"""The requests about one object are told apart from those about others."""

from __future__ import annotations

import json

import pytest

from benchmarks.control_plane.requests_in_order import in_order


def line(verb: str, resource: str, name: str, at: int = 1, query: str = "") -> str:
    """Return a line of the audit log."""
    return json.dumps(
        {
            "verb": verb,
            "stage": "ResponseComplete",
            "requestReceivedTimestamp": f"2026-01-01T00:00:0{at}Z",
            "requestURI": f"/apis/x/namespaces/team-0/{resource}/{name}?{query}",
            "objectRef": {"resource": resource, "name": name},
            "responseStatus": {"code": 200},
        }
    )


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        pytest.param(line("get", "modeldeployments", "m-1"), True, id="the object"),
        pytest.param(line("patch", "deployments", "m-1-router"), True, id="its router"),
        pytest.param(line("patch", "pods", "m-1-router-1a2b3c"), True, id="a pod of its router"),
        pytest.param(line("create", "deployments", "m-1-0123456789"), True, id="a revision"),
        pytest.param(line("create", "events", "m-1.0123"), True, id="an Event"),
        pytest.param(line("list", "pods", "", query="owner%3Dm-1"), True, id="a list by label"),
        pytest.param(line("get", "modeldeployments", "m-10"), False, id="a longer name"),
        pytest.param(line("get", "modeldeployments", "m-1-b"), False, id="another of like name"),
        pytest.param(line("patch", "leases", "m-1"), False, id="a lease"),
        pytest.param(line("watch", "pods", "m-1"), False, id="a watch"),
    ],
)
def test_what_is_about_an_object(told: str, *, expected: bool) -> None:
    """Itself and what is called after it."""
    assert expected is bool(in_order([told], "m-1"))


def test_they_are_told_in_the_order_in_which_they_came() -> None:
    """The log has them as they were answered."""
    lines = [line("patch", "services", "m", at=2), line("get", "services", "m", at=1)]
    assert ["get", "patch"] == [told.split()[1] for told in in_order(lines, "m")]
