"""An operator with the account of the chart in the whole cluster, through all that it does.

It works on whatever it finds there, so it is alone.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cluster.chart_account import cluster_kubeconfig, forget_cluster_rights
from cluster.model_yard import ModelYard, model_yard
from cluster.whole_life import SETTINGS, STORE, is_lived
from cluster_access import KINDS, kubectl, run

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[ModelYard]:
    """The operator is at work everywhere."""
    with model_yard(tmp_path, dict(SETTINGS), ["rights"]) as found:
        run(sys.executable, "-m", "devcluster", "volume", found.namespace, STORE, "1Gi")
        found.stop()
        assert [] == worked_on_elsewhere(found), "delete these first: the operator works on them"
        found.settings |= {
            "TRAINYARD_NAMESPACES": "",
            "TRAINYARD_KUBECONFIG": cluster_kubeconfig(tmp_path, found.namespace),
        }
        try:
            found.start()
            yield found
        finally:
            found.stop()
            forget_cluster_rights(found.namespace)


def worked_on_elsewhere(yard: ModelYard) -> list[str]:
    """Return our objects in other namespaces, but for what is on its way out."""
    spaces = json.loads(kubectl("get", "namespaces", "-o", "json").stdout)["items"]
    staying = {s["metadata"]["name"] for s in spaces if s["status"]["phase"] == "Active"}
    found = json.loads(kubectl("get", KINDS, "-A", "-o", "json").stdout)["items"]
    places = [(o["metadata"]["namespace"], o["metadata"]["name"]) for o in found]
    return [f"{space}/{name}" for space, name in places if space in staying - {yard.namespace}]


def test_nothing_that_the_operator_does_is_forbidden(yard: ModelYard) -> None:
    """Where it works in all namespaces."""
    is_lived(yard)
