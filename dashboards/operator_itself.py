"""The operator itself: is it at work, does it keep up, what does it ask of the API server."""

from __future__ import annotations

from grafana_foundation_sdk.builders.dashboard import Dashboard

from dashboards.page import page
from dashboards.panels import Lines, with_rows

_PASSES = "sum by (controller, outcome) (rate(trainyard_reconciles_total[$__rate_interval]))"
_DURATIONS = "sum by (controller, le) (rate(trainyard_reconcile_seconds_bucket[$__rate_interval]))"
_REQUESTS = "sum by (verb, status) (rate(trainyard_api_requests_total[$__rate_interval]))"
_ROWS = {
    "Work": (
        Lines(
            "At work",
            [("sum(trainyard_leading)", "replicas that hold the Lease")],
            "short",
            "One, always.",
        ),
        Lines(
            "Queue",
            [
                ("max(trainyard_queue_depth)", "due or in work"),
                ("max(trainyard_queue_failing)", "last pass failed"),
            ],
            "short",
            "Objects.",
        ),
        Lines(
            "Longest wait, and the loop's lag",
            [
                ("max(trainyard_queue_oldest_seconds)", "oldest object due"),
                ("max(trainyard_event_loop_lag_seconds)", "event loop held"),
            ],
            "s",
            "Decisions come late by these.",
        ),
        Lines(
            "Passes",
            [(_PASSES, "{{controller}} {{outcome}}")],
            "ops",
            "By controller and how they ended.",
        ),
    ),
    "Requests to the API server": (
        Lines(
            "By verb and status",
            [(_REQUESTS, "{{verb}} {{status}}")],
            "reqps",
            "0 means no answer. A settled fleet causes none.",
        ),
        Lines(
            "How long passes take",
            [(f"histogram_quantile(0.99, {_DURATIONS})", "{{controller}} p99")],
            "s",
            "By controller.",
        ),
    ),
}


def operator_itself() -> Dashboard:
    """Return the dashboard of the operator."""
    begun = page("Trainyard: operator", "trainyard-operator", "The operator's own work.")
    return with_rows(begun, _ROWS)
