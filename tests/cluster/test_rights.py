"""An operator with the account of the chart in named namespaces, through all that it does."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from cluster.model_yard import model_yard
from cluster.whole_life import SETTINGS, STORE, is_lived
from cluster_access import run

pytestmark = pytest.mark.cluster


def test_nothing_that_the_operator_does_is_forbidden(tmp_path: Path) -> None:
    """Where it works in the namespaces that it is given."""
    with model_yard(tmp_path, dict(SETTINGS), ["rights"]) as yard:
        run(sys.executable, "-m", "devcluster", "volume", yard.namespace, STORE, "1Gi")
        is_lived(yard)
