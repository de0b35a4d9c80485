"""How objects are named."""

from __future__ import annotations

from typing import Any

import pytest

from trainyard.objects import name_of, version_of


@pytest.mark.parametrize(
    ("metadata", "name"),
    [
        pytest.param({"namespace": "ml", "name": "a"}, ("ml", "a"), id="of a namespace"),
        pytest.param({"name": "ml"}, ("", "ml"), id="of the whole cluster"),
    ],
)
def test_an_object_is_named_by_namespace_and_name(
    metadata: dict[str, Any], name: tuple[str, str]
) -> None:
    """Kinds of the whole cluster have an empty namespace."""
    assert name_of({"metadata": metadata}) == name


def test_versions_are_compared_as_numbers() -> None:
    """As text, 10 would be older than 9."""
    older, newer = ({"metadata": {"name": "a", "resourceVersion": v}} for v in ("9", "10"))
    assert version_of(older) < version_of(newer)
