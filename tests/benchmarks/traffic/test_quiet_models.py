"""Routers are where a release is, on a real API server."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.traffic.quiet_models import MODULE, Found, written_by_model

RIGHT = Found(100, 5, 0, 10, 0, 9, {}, 0)


@pytest.mark.timeout(1800)
def test_one_of_three_models_releases() -> None:
    """It has two routers for as long; the others have none, and nothing of them is written."""
    command = (sys.executable, "-m", MODULE, "--models", "3", "--releasing", "1")
    root = Path(__file__).parents[3]
    found = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, text=True, check=False)
    assert 0 == found.returncode, found.stdout


@pytest.mark.parametrize(
    ("changes", "holds"),
    [
        pytest.param({}, True, id="as it is to be"),
        pytest.param({"routers_at_rest": 1}, False, id="a router at rest"),
        pytest.param({"routers_in_releases": 9}, False, id="one too few"),
        pytest.param({"of_others": 1}, False, id="one of another model"),
        pytest.param({"written_to_others": {"m-00007": 1}}, False, id="a write to another model"),
        pytest.param({"written": 0}, False, id="nothing was measured"),
    ],
)
def test_one_router_too_many_is_one_too_many(changes: dict[str, object], *, holds: bool) -> None:
    """So is one write."""
    assert holds is replace(RIGHT, **changes).holds  # type: ignore[arg-type]


def test_writes_are_counted_by_model() -> None:
    """Reads, leases and Events are not."""

    def line(verb: str, resource: str, name: str) -> str:
        place = {"resource": resource, "name": name}
        return json.dumps({"stage": "ResponseComplete", "verb": verb, "objectRef": place})

    lines = [
        line("patch", "configmaps", "m-00001-router"),
        line("patch", "services", "m-00001"),
        line("get", "services", "m-00002"),
        line("update", "leases", "trainyard"),
        line("create", "events", "m-00003.18a"),
        '{"cut": ',
    ]
    assert {"m-00001": 2} == dict(written_by_model(lines))
