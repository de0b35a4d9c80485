"""Environments with hashes; `make peers` installs and uses them."""

from __future__ import annotations

import pytest

from benchmarks.serving.locked_environments import locked


@pytest.mark.parametrize("name", ["mlserver", "kserve", "mlflow"])
def test_every_package_of_a_peer_is_pinned_with_a_hash(name: str) -> None:
    """No line names a package without one."""
    text = locked(name).read_text()
    assert text.count("==") <= text.count("--hash=")
