"""What a Namespace asks of everything in it."""

from __future__ import annotations

from typing import Any

import pytest

from trainyard.ownership import REQUEST
from trainyard.reconciling.namespaces import is_ending, is_held


@pytest.mark.parametrize(
    ("annotations", "held"),
    [
        pytest.param({REQUEST: "hold@all"}, True, id="a hold"),
        pytest.param({REQUEST: "hold"}, True, id="a hold without a target"),
        pytest.param({REQUEST: "resume@all"}, False, id="a resume"),
        pytest.param({}, False, id="no request"),
        pytest.param(None, False, id="no annotations at all"),
    ],
)
def test_only_a_hold_holds(annotations: dict[str, str] | None, held: bool) -> None:
    """The annotation's presence is the hold; taking it away ends it."""
    assert held is is_held({"metadata": {"annotations": annotations}})


@pytest.mark.parametrize(
    ("raw", "ending"),
    [
        pytest.param({"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}}, True, id="going"),
        pytest.param({"metadata": {}}, False, id="staying"),
        pytest.param({}, False, id="unknown"),
    ],
)
def test_a_deletion_timestamp_is_the_end(raw: dict[str, Any], ending: bool) -> None:
    """Nothing new is made for what is going."""
    assert ending is is_ending(raw)
