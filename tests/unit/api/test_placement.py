"""Placement is written as in a Pod, and read again as it was written."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from trainyard.api.placement import Affinity, TopologySpreadConstraint

NODES = {
    "nodeAffinity": {
        "requiredDuringSchedulingIgnoredDuringExecution": {
            "nodeSelectorTerms": [{"matchExpressions": [{"key": "gpu", "operator": "Exists"}]}]
        }
    }
}
NEIGHBOURS = {
    "podAntiAffinity": {
        "preferredDuringSchedulingIgnoredDuringExecution": [
            {
                "weight": 10,
                "podAffinityTerm": {
                    "labelSelector": {"matchLabels": {"app": "noisy"}},
                    "topologyKey": "kubernetes.io/hostname",
                },
            }
        ]
    }
}


@pytest.mark.parametrize(
    "said",
    [pytest.param(NODES, id="nodes"), pytest.param(NEIGHBOURS, id="neighbours to be far from")],
)
def test_affinity_is_passed_on_as_it_was_said(said: dict[str, Any]) -> None:
    """Nothing is added, or two writers would differ for ever."""
    found = Affinity.model_validate(said)
    assert said == found.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def test_a_spread_has_what_kubernetes_wants() -> None:
    """The skew and what happens to a pod that fits nowhere are always said."""
    found = TopologySpreadConstraint.model_validate({"topologyKey": "zone"})
    wanted = {"topologyKey": "zone", "maxSkew": 1, "whenUnsatisfiable": "ScheduleAnyway"}
    assert wanted == found.to_api()


def test_an_unknown_operator_is_refused() -> None:
    """As by the API server."""
    with pytest.raises(ValidationError):
        Affinity.model_validate(
            {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topology": "a"}]}}
        )
