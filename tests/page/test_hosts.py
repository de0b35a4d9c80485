"""Names that somebody else can point at the page are not answered."""

from __future__ import annotations

import pytest

from trainyardpage.hosts import is_known_host


@pytest.mark.parametrize(
    ("host", "known"),
    [
        pytest.param("localhost:8080", True, id="a forwarded port"),
        pytest.param("127.0.0.1:8001", True, id="kubectl proxy"),
        pytest.param("[::1]:8080", True, id="the same over IPv6"),
        pytest.param("10.244.0.7:8080", True, id="a probe of the kubelet"),
        pytest.param("trainyard-page", True, id="the Service inside its namespace"),
        pytest.param("trainyard-page.trainyard-system.svc:80", True, id="from another one"),
        pytest.param("trainyard-page.trainyard-system.svc.cluster.local.", True, id="in full"),
        pytest.param("models.example.org", True, id="a name that the chart was told"),
        pytest.param("models.example.org.evil.example", False, id="that name as a part"),
        pytest.param("evil.example:8080", False, id="a name of somebody else"),
        pytest.param("localhost.evil.example", False, id="localhost as a part"),
        pytest.param("127.0.0.1.evil.example", False, id="an address as a part"),
        pytest.param("", False, id="no name"),
        pytest.param("[", False, id="nonsense"),
    ],
)
def test_who_is_answered(host: str, known: bool) -> None:
    """Addresses, names without a dot, names of the cluster, and those that were told."""
    assert known is is_known_host(host, ("models.example.org",))
