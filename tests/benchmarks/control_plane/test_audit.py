"""Requests as the API server wrote them down."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.control_plane.audit import (
    AuditLog,
    about_objects,
    counted,
    without_events,
    writes,
)


def line(verb: str, resource: str = "", subresource: str = "", stage: str = "") -> str:
    """An entry of the log."""
    place = {"resource": resource, "subresource": subresource} if resource else None
    stage = stage or "ResponseComplete"
    return json.dumps({"verb": verb, "stage": stage, "objectRef": place})


def test_each_request_counts_once_by_verb_and_resource() -> None:
    """A watch counts when it begins: it ends with the process."""
    found = counted(
        [
            line("update", "modeldeployments", "status"),
            line("update", "modeldeployments", "status"),
            line("watch", "pods", stage="ResponseStarted"),
            line("watch", "pods"),
            line("get"),
        ]
    )
    assert {"update modeldeployments/status": 2, "watch pods": 1, "get discovery": 1} == found


def test_what_comes_by_the_clock_is_no_request_about_objects() -> None:
    """Leases and watches are left out, and where people's Events are not meant, these too."""
    found = counted([line("update", "leases"), line("create", "events"), line("get", "pods")])
    assert {"create events": 1, "get pods": 1} == about_objects(found)
    assert without_events(about_objects(found)) == 1
    assert writes(found) == 1


def test_the_log_is_read_on_from_where_it_ended(tmp_path: Path) -> None:
    """A line that is half written is read when it is whole."""
    path = tmp_path / "audit.log"
    log = AuditLog(path)
    assert {} == log.requests()
    whole, half = line("get", "pods"), line("list", "pods")
    path.write_text(f"{whole}\n{half[:20]}")
    assert {"get pods": 1} == log.requests()
    path.write_text(f"{whole}\n{half}\n")
    assert {"list pods": 1} == log.requests()
