"""Sources as users write them."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from trainyard.api.sources import Source


def test_a_config_map_is_read_whole_by_default() -> None:
    """All keys."""
    source = Source.model_validate({"configMap": {"name": "files"}})
    assert source.config_map is not None
    assert source.config_map.path == "*"


def test_captures_are_those_of_a_deployment() -> None:
    """Nothing else is to be said of them."""
    source = Source.model_validate({"captures": {"modelDeployment": {"name": "wine"}}})
    assert source.captures is not None
    assert "wine" == source.captures.model_deployment.name


@pytest.mark.parametrize(
    "source",
    [
        pytest.param({"pvc": {"claimName": "c", "path": "/etc/*"}}, id="an absolute path"),
        pytest.param({"http": {"url": "ftp://a/b"}}, id="another scheme"),
        pytest.param({"s3": {"path": "a", "bucket": "b"}}, id="a bucket's name that is too short"),
    ],
)
def test_shapes_that_are_refused(source: dict[str, dict[str, str]]) -> None:
    """By the same bounds as the API server's."""
    with pytest.raises(ValidationError):
        Source.model_validate(source)
