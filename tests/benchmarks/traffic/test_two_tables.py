"""What a client meets where a Service has no pod, asked of the kernel."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.traffic.two_tables import MODULE, main

ROOT = Path(__file__).parents[3]
NEEDED = pytest.mark.skipif(
    os.getuid() != 0 or shutil.which("iptables") is None, reason="needs root and iptables"
)


@NEEDED
def test_a_connection_begun_between_two_tables_is_led_nowhere() -> None:
    """Though the Service has its pod by then; one that is begun afterwards is made."""
    words = (sys.executable, "-m", MODULE)
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True, timeout=300)
    met = [line.strip("| ").split(" | ") for line in done.stdout.splitlines()]
    assert [
        ["while no pod is ready", "Connection refused"],
        ["between the tables", "No route to host"],
        ["afterwards", "made"],
    ] == [row[:2] for row in met]
    assert float(met[1][2].split()[0]) > 1


def test_it_takes_no_arguments() -> None:
    """With the exit code of a wrong command line."""
    assert 2 == main(["--quick"])
