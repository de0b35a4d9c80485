"""Every container has limits, whatever the spec leaves out."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from trainyard.api.pod_settings import ResourceAmounts
from trainyard.pod_defaults import PodDefaults, amounts, with_defaults

DEFAULTS = ResourceAmounts(requests={"memory": "256Mi"}, limits={"memory": "2Gi"})
Amounts = Mapping[str, Mapping[str, str]]


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        pytest.param(
            {},
            {"requests": {"memory": "256Mi"}, "limits": {"memory": "2Gi"}},
            id="nothing said: the defaults",
        ),
        pytest.param(
            {"limits": {"memory": "1Gi"}},
            {"limits": {"memory": "1Gi"}},
            id="a limit alone is the request too",
        ),
        pytest.param(
            {"requests": {"memory": "1Gi"}},
            {"requests": {"memory": "1Gi"}, "limits": {"memory": "2Gi"}},
            id="a request below the default limit",
        ),
        pytest.param(
            {"requests": {"memory": "3Gi"}},
            {"requests": {"memory": "3Gi"}, "limits": {"memory": "3Gi"}},
            id="a request above the default limit raises it",
        ),
        pytest.param(
            {"limits": {"nvidia.com/gpu": "1"}},
            {
                "requests": {"memory": "256Mi"},
                "limits": {"memory": "2Gi", "nvidia.com/gpu": "1"},
            },
            id="what has no default is passed on",
        ),
    ],
)
def test_what_is_not_said_has_a_default(said: Amounts, wanted: Amounts) -> None:
    """Resource by resource."""
    assert wanted == amounts(with_defaults(ResourceAmounts.model_validate(said), DEFAULTS))


def test_names_are_in_the_order_in_which_they_are_stored() -> None:
    """A record that is written again after a restart says the same."""
    found = with_defaults(ResourceAmounts(limits={"nvidia.com/gpu": "1"}), PodDefaults().resources)
    for named in (found.requests, found.limits):
        assert sorted(named) == list(named)


def test_the_defaults_limit_what_a_quota_counts() -> None:
    """A namespace with a quota on limits refuses a container that lacks one of them."""
    assert {"cpu", "memory", "ephemeral-storage"} == set(PodDefaults().resources.limits)
