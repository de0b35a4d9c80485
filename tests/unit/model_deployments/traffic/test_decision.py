"""How requests are to be split."""

from __future__ import annotations

from typing import Any

import pytest
from builders_serving import a_model_deployment, digest

from trainyard.model_deployments.traffic.decision import (
    TrafficDecision,
    all_to,
    at_rest,
    shares_of,
    split,
)


def status_of(*roles: str) -> Any:
    """Return a status with these roles."""
    found = {role: {"revision": role[0], "bundleDigest": digest("a")} for role in roles}
    return a_model_deployment(status=found).status


def test_a_split_gives_the_rest_to_the_stable_revision() -> None:
    """All to one, or a share of it."""
    assert (95, 5, 0) == tuple(split("s", "c", 5).weight_of(name) for name in ("s", "c", "x"))
    assert (("s", 100),) == all_to("s").weights


@pytest.mark.parametrize(
    ("roles", "wanted"),
    [
        pytest.param((), TrafficDecision(), id="nobody serves yet"),
        pytest.param(("canary",), TrafficDecision(), id="a first version starts"),
        pytest.param(("stable",), all_to("s"), id="a stable version alone"),
        pytest.param(("stable", "canary"), split("s", "c", 0), id="a canary waits beside it"),
    ],
)
def test_at_rest_the_stable_revision_has_all_requests(
    roles: tuple[str, ...], wanted: TrafficDecision
) -> None:
    """Whatever waits beside it."""
    assert wanted == at_rest(status_of(*roles))


def test_the_status_shows_the_roles_of_now() -> None:
    """After a promotion what was the canary is the stable one."""
    before = shares_of(status_of("stable", "canary"), split("s", "c", 5))
    assert [("stable", "s", 95), ("canary", "c", 5)] == [
        (share.role, share.revision, share.weight_percent) for share in before
    ]
    (after,) = shares_of(status_of("stable"), all_to("s"))
    assert ("stable", 100) == (after.role, after.weight_percent)
