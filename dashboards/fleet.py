"""All models at a glance: who is well, who waits for a person, who is being released."""

from __future__ import annotations

from grafana_foundation_sdk.builders.dashboard import Dashboard

from dashboards.page import page
from dashboards.panels import Lines, Number, with_numbers, with_rows

_ASKED = "sum by (namespace, modeldeployment) (rate(trainyard_requests_total[$__rate_interval]))"
_FAILED = (
    "sum by (namespace, modeldeployment)"
    ' (rate(trainyard_requests_total{code=~"5.."}[$__rate_interval]))'
)
_MODEL = "{{namespace}}/{{modeldeployment}}"
_NUMBERS = (
    Number("Models", "count(trainyard_modeldeployment_ready)", "ModelDeployments."),
    Number(
        "Not ready",
        "sum(1 - trainyard_modeldeployment_ready)",
        "Models whose Service answers no prediction.",
    ),
    Number(
        "Wait for a person",
        "count(trainyard_modeldeployment_stalled) or vector(0)",
        "ModelDeployments with the condition Stalled.",
    ),
    Number(
        "Releases under way",
        "count(trainyard_modeldeployment_step) or vector(0)",
        "ModelDeployments with a canary.",
    ),
    Number(
        "Signals",
        "sum(trainyard_modeldeployment_signal) or vector(0)",
        "Monitors outside their bounds.",
    ),
    Number(
        "Data refused",
        "sum(trainyard_dataset_refused)",
        "Datasets whose newest data failed its checks.",
    ),
)
_ROWS = {
    "Traffic": (
        Lines(
            "Predictions asked for, by model",
            [(_ASKED, _MODEL)],
            "reqps",
            "Requests to the model servers.",
        ),
        Lines(
            "Share of predictions that fail, by model",
            [(f"{_FAILED} / {_ASKED}", _MODEL)],
            "percentunit",
            "Answers with a status of 5xx.",
        ),
    ),
    "Data and training": (
        Lines(
            "Rows of the current data version",
            [("max by (namespace, name) (trainyard_dataset_rows)", "{{namespace}}/{{name}}")],
            "short",
            "By Dataset.",
        ),
        Lines(
            "Runs on record, by phase",
            [("sum by (phase) (trainyard_trainingjob_runs)", "{{phase}}")],
            "short",
            "Of all TrainingJobs.",
        ),
    ),
}


def fleet() -> Dashboard:
    """Return the dashboard of all models."""
    begun = page("Trainyard: fleet", "trainyard-fleet", "Every model of this Prometheus.")
    return with_rows(with_numbers(begun, _NUMBERS), _ROWS)
