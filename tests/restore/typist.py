"""Somebody who types what pages say, and looks at what comes of it."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.tutorial.empty_cluster import NAMESPACE, Cluster
from benchmarks.tutorial.page import Command
from benchmarks.tutorial.typed import Typed, type_all

PATIENCE = 900.0
Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Typist:
    """The cluster, and a folder like the root of the repository."""

    cluster: Cluster
    folder: Path
    environment: Mapping[str, str]

    def types(self, commands: Sequence[Command]) -> tuple[Typed, ...]:
        """Return what was shown; raises CommandFailed where a command does."""
        (self.folder / "marks").unlink(missing_ok=True)
        typed = type_all(commands, self.folder, self.environment, PATIENCE)
        for one in typed:
            logging.info("%.0f s: %s", one.seconds, one.command.short)
        return typed

    def kubectl(self, *words: str) -> str:
        """Return what kubectl prints of the tutorial's namespace."""
        return self.cluster.kubectl("-n", NAMESPACE, *words)

    def status(self, kind: str) -> Object:
        """Return the status of the object `deliveries`."""
        found: Object = json.loads(self.kubectl("get", kind, "deliveries", "-o", "json"))
        status: Object = found.get("status") or {}
        return status

    def until(self, what: str, kind: str, check: Callable[[Object], object]) -> Object:
        """Return the status once `check` is true of it; fails with it where it never is."""
        deadline = time.monotonic() + PATIENCE
        while not check(status := self.status(kind)):
            assert time.monotonic() < deadline, f"never: {what}\n{json.dumps(status, indent=1)}"
            time.sleep(2)
        return status

    def answer(self) -> str:
        """Return what the model says about the delivery of the tutorial, once it answers."""
        path = "services/deliveries:80/proxy/v2/models/deliveries/infer"
        asked = ("create", "--raw", f"/api/v1/namespaces/{NAMESPACE}/{path}", "-f")
        file = str(self.folder / "examples/tutorial/delivery.json")
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return str(json.loads(self.kubectl(*asked, file))["outputs"][0]["data"][0])
            except Exception:
                if time.monotonic() > deadline:
                    raise
                time.sleep(2)
