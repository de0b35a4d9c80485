"""What a Namespace asks of everything in it."""

from __future__ import annotations

from typing import Any

import pytest

from trainyard.ownership import REQUEST
from trainyard.reconciling.namespaces import image_refresh, is_ending, is_paused


@pytest.mark.parametrize(
    ("annotations", "held"),
    [
        pytest.param({REQUEST: "pause@all"}, True, id="a pause"),
        pytest.param({REQUEST: "pause"}, True, id="a pause without a target"),
        pytest.param({REQUEST: "resume@all"}, False, id="a resume"),
        pytest.param({}, False, id="no request"),
        pytest.param(None, False, id="no annotations at all"),
    ],
)
def test_only_a_pause_pauses(annotations: dict[str, str] | None, held: bool) -> None:
    """The annotation's presence is the hold; taking it away ends it."""
    assert held is is_paused({"metadata": {"annotations": annotations}})


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


@pytest.mark.parametrize(
    ("request_", "token"),
    [
        pytest.param("refresh-images@2026-11", "2026-11", id="with a token"),
        pytest.param("refresh-images", "", id="without one"),
        pytest.param("pause@all", "", id="another request"),
    ],
)
def test_a_namespace_asks_for_installed_images_by_a_token(request_: str, token: str) -> None:
    """Which is what makes it act once."""
    assert token == image_refresh({"metadata": {"annotations": {REQUEST: request_}}})
