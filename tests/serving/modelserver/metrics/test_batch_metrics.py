"""What is known of batches."""

from __future__ import annotations

from prometheus_client import Histogram as TheirHistogram
from prometheus_client.parser import text_string_to_metric_families

from modelserver.metrics.batch_metrics import BatchMetrics


def _samples(lines: list[str]) -> dict[tuple[str, str | None], float]:
    families = text_string_to_metric_families("\n".join(lines) + "\n")
    return {(s.name, s.labels.get("le")): s.value for found in families for s in found.samples}


def test_rows_seconds_and_waiting() -> None:
    """A batch of 3 rows that took 30 ms; its two requests had waited for 10 and 1 ms."""
    metrics = BatchMetrics()
    metrics.predicted(3, 1.0, 1.03)
    metrics.waited([0.99, 0.999], 1.0, 1.031)
    found = _samples(metrics.lines('revision="m-1"'))
    expected = {
        ("trainyard_batch_rows_bucket", "2"): 0.0,
        ("trainyard_batch_rows_bucket", "4"): 1.0,
        ("trainyard_batch_seconds_bucket", "0.02"): 0.0,
        ("trainyard_batch_seconds_bucket", "0.05"): 1.0,
        ("trainyard_queue_seconds_bucket", "0.0005"): 0.0,
        ("trainyard_queue_seconds_bucket", "0.002"): 1.0,
        ("trainyard_queue_seconds_bucket", "0.02"): 2.0,
        ("trainyard_queue_seconds_count", None): 2.0,
    }
    assert expected == {key: found[key] for key in expected}


def test_stages_have_kserve_s_names_labels_and_buckets() -> None:
    """Four histograms by model_name, with the default buckets of its metrics library."""
    metrics = BatchMetrics()
    metrics.decoded(0.004)
    metrics.waited([0.9], 0.95, 1.0)
    metrics.encoded(2, 0.02)
    text = "\n".join(metrics.stage_lines("iris", 'revision="m-1"')) + "\n"
    families = {found.name: found for found in text_string_to_metric_families(text)}
    stages = ("preprocess", "explain", "predict", "postprocess")
    assert {f"request_{stage}_seconds" for stage in stages} == set(families)
    counts = {}
    for stage in stages:
        samples = families[f"request_{stage}_seconds"].samples
        assert {"iris"} == {s.labels["model_name"] for s in samples}
        bounds = [float(s.labels["le"]) for s in samples if "le" in s.labels]
        assert list(TheirHistogram.DEFAULT_BUCKETS) == bounds
        counts[stage] = [s.value for s in samples if s.name.endswith(("_count", "_sum"))]
    assert counts["explain"] == [0.0, 0.0]
    assert counts["preprocess"] == [0.004, 1.0]
    assert counts["postprocess"] == [0.02, 2.0]
    assert counts["predict"][1] == 1.0


def test_nobody_waits_for_an_empty_answer() -> None:
    """A batch whose clients have all left encodes nothing."""
    metrics = BatchMetrics()
    metrics.encoded(0, 0.5)
    found = _samples(metrics.stage_lines("iris", 'revision="m-1"'))
    assert found[("request_postprocess_seconds_count", None)] == 0.0
