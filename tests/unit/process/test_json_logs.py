"""Every log line is one JSON object."""

from __future__ import annotations

import json
import subprocess
import sys

SCRIPT = """
import logging, structlog
from trainyard.process.json_logs import log_as_json
log_as_json("INFO")
with structlog.contextvars.bound_contextvars(kind="Toy", namespace="ns", name="a"):
    structlog.get_logger().info("painted", color="red")
logging.getLogger("library").warning("beware of %s", "dogs")
logging.getLogger("library").debug("unheard")
try:
    1 / 0
except ZeroDivisionError:
    structlog.get_logger().exception("broken")
"""


def test_our_lines_and_those_of_libraries() -> None:
    """With the object's key, the level and the time; tracebacks inside the line."""
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, check=True)
    ours, library, broken = (json.loads(line) for line in done.stderr.splitlines())
    assert ("painted", "Toy", "ns", "a", "red", "info") == tuple(
        ours[key] for key in ("event", "kind", "namespace", "name", "color", "level")
    )
    assert ("beware of dogs", "warning") == (library["event"], library["level"])
    assert "ZeroDivisionError" in broken["exception"]
    assert ours["timestamp"].endswith("Z")
