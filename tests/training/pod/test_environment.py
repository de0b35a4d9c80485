"""What a container learns from its environment variables."""

from __future__ import annotations

from pathlib import Path

import pytest

from trainer.pod.environment import read_environment
from trainer.pod.exits import Reason, UserFault


def test_variables_become_places_and_settings() -> None:
    """Mounts lie below TRAINYARD_MOUNT, /trainyard without it; empty counts as absent."""
    found = read_environment(
        {"TRAINYARD_MOUNT": "/m", "TRAINYARD_STORE_URL": "file:///s", "TRAINYARD_RESULT": ""}
    )
    assert (Path("/m/data"), "file:///s", None) == (found.data, found.store_url, found.result)
    assert Path("/trainyard/output") == read_environment({}).output
    assert Path("/dev/termination-log") == read_environment({}).termination_log


def test_credentials_are_not_printed() -> None:
    """The text of an environment holds none of its variables."""
    assert "geheim" not in repr(read_environment({"AWS_SECRET_ACCESS_KEY": "geheim"}))


@pytest.mark.parametrize(
    ("ask", "name"),
    [
        pytest.param("require_store_url", "TRAINYARD_STORE_URL", id="a pod without a store"),
        pytest.param("require_result", "TRAINYARD_RESULT", id="a pod without a result path"),
    ],
)
def test_what_is_needed_and_not_set_is_named(ask: str, name: str) -> None:
    """The fault names the variable."""
    with pytest.raises(UserFault, match=name) as raised:
        getattr(read_environment({}), ask)()
    assert Reason.SETTING_MISSING == raised.value.reason
