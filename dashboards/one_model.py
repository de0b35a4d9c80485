"""One model: its traffic, its release, how quick and how good its answers are, and drift."""

from __future__ import annotations

from grafana_foundation_sdk.builders.dashboard import AnnotationQuery, Dashboard

from dashboards.page import choice, page
from dashboards.panels import SOURCE, Lines, with_rows

_OBJECT = 'namespace="$namespace", name="$model"'
_SERVERS = 'namespace="$namespace", modeldeployment="$model"'
_FEATURE = f'{_SERVERS}, feature="$feature"'
_WEIGHTS = f"max by (role, revision) (trainyard_modeldeployment_weight_percent{{{_OBJECT}}})"
_BUCKETS = (
    "sum by (revision, le)"
    f" (rate(trainyard_request_seconds_bucket{{{_SERVERS}}}[$__rate_interval]))"
)


def _asked(by: str, more: str = "") -> str:
    return f"sum by ({by}) (rate(trainyard_requests_total{{{_SERVERS}{more}}}[$__rate_interval]))"


def _live(series: str, chosen: str, by: str) -> tuple[str, str]:
    """Shares of the live rows over an hour, per revision."""
    counted = f"(increase(trainyard_{series}_total{{{chosen}}}[1h]))"
    share = f"sum by (revision, {by}) {counted}"
    whole = f"sum by (revision) {counted}"
    return f"{share} / on (revision) group_left {whole}", "{{revision}} {{output}} {{holds}}"


def _reference(series: str, chosen: str, by: str) -> tuple[str, str]:
    """Shares of the reference's rows: every pod of a revision shows the same."""
    one_pod = f"(max by (revision, bin, {by}) (trainyard_{series}_reference{{{chosen}}}))"
    share, whole = f"sum by (revision, {by}) {one_pod}", f"sum by (revision) {one_pod}"
    return f"{share} / on (revision) group_left {whole}", "{{revision}} {{output}} {{holds}}"


_FAILED = _asked("revision", ', code=~"5.."')
_ROWS = {
    "Release": (
        Lines(
            "Weights",
            [(_WEIGHTS, "{{role}} {{revision}}")],
            "percent",
            "Percent of the requests that each revision is given.",
        ),
        Lines(
            "Ready, step, signals, quarantine",
            [
                (f"max(trainyard_modeldeployment_ready{{{_OBJECT}}})", "ready"),
                (f"max(trainyard_modeldeployment_step{{{_OBJECT}}}) or vector(0)", "step"),
                (f"sum(trainyard_modeldeployment_signal{{{_OBJECT}}}) or vector(0)", "signals"),
                (f"max(trainyard_modeldeployment_quarantined{{{_OBJECT}}})", "quarantined"),
            ],
            "short",
            "What `kubectl get mdep` shows, over time.",
        ),
    ),
    "Answers": (
        Lines(
            "Predictions asked for",
            [(_asked("revision, code"), "{{revision}} {{code}}")],
            "reqps",
            "By revision and status.",
        ),
        Lines(
            "Share that fails",
            [(f"{_FAILED} / {_asked('revision')}", "{{revision}}")],
            "percentunit",
            "Answers with a status of 5xx, by revision.",
        ),
        Lines(
            "Time to answer",
            [
                (f"histogram_quantile(0.5, {_BUCKETS})", "{{revision}} p50"),
                (f"histogram_quantile(0.99, {_BUCKETS})", "{{revision}} p99"),
            ],
            "s",
            "From the head of a request to its answer, by revision.",
        ),
        Lines(
            "Asked and not answered",
            [(f"sum by (pod) (trainyard_requests_in_flight{{{_SERVERS}}})", "{{pod}}")],
            "short",
            "By pod; near 512 the next answer is 429.",
        ),
    ),
    "Live values beside the training data": (
        Lines(
            "Share of the live rows in each bin of $feature",
            [_live("feature_bin", _FEATURE, "holds")],
            "percentunit",
            "Over an hour; beside it the training rows' shares.",
        ),
        Lines(
            "Share of the training rows in each bin of $feature",
            [_reference("feature_bin", _FEATURE, "holds")],
            "percentunit",
            "Constant for a revision.",
        ),
        Lines(
            "Share of the live predictions in each bin",
            [_live("prediction_bin", _SERVERS, "output, holds")],
            "percentunit",
            "Over an hour: labels, or ranges of numbers.",
        ),
        Lines(
            "Share of the reference's predictions in each bin",
            [_reference("prediction_bin", _SERVERS, "output, holds")],
            "percentunit",
            "On the test rows of the training data.",
        ),
    ),
}


def one_model() -> Dashboard:
    """Return the dashboard of the model that is chosen at its top."""
    begun = page("Trainyard: one model", "trainyard-model", "One ModelDeployment.")
    namespaces = "label_values(trainyard_modeldeployment_ready, namespace)"
    models = 'label_values(trainyard_modeldeployment_ready{namespace="$namespace"}, name)'
    features = f"label_values(trainyard_feature_bin_reference{{{_SERVERS}}}, feature)"
    begun.with_variable(choice("namespace", "Namespace", namespaces))
    begun.with_variable(choice("model", "Model", models))
    begun.with_variable(choice("feature", "Feature", features))
    changed = f"changes(trainyard_modeldeployment_routing_generation{{{_OBJECT}}}[1m]) > 0"
    mark = AnnotationQuery().name("Routing changed").datasource(SOURCE).enable(enable=True)
    return with_rows(begun.annotation(mark.expr(changed)), _ROWS)
