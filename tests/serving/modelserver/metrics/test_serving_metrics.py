"""Counters and their text."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from modelserver.metrics.serving_metrics import ServingMetrics


def _samples(text: bytes) -> dict[tuple[str, str], float]:
    found = {}
    for family in text_string_to_metric_families(text.decode()):
        for sample in family.samples:
            labels = dict(sample.labels)
            assert labels.pop("revision") == "m-1"
            found[(sample.name, "".join(labels.values()))] = sample.value
    return found


def test_counters_exist_before_the_first_request() -> None:
    """A rate sees the first error only if the counter was there before it."""
    found = _samples(ServingMetrics().exposition("m-1"))
    codes = {code: found[("trainyard_requests_total", code)] for code in ("200", "400", "500")}
    assert {"200": 0.0, "400": 0.0, "500": 0.0} == codes


def test_requests_are_counted_by_code_time_and_rows() -> None:
    """Three requests: 0.5 ms, 1 ms (in the bucket of its bound), 3 s."""
    metrics = ServingMetrics()
    for code, seconds, rows in ((200, 0.0005, 2), (200, 0.001, 3), (429, 3.0, 0)):
        metrics.count(code, seconds, rows)
    found = _samples(metrics.exposition("m-1"))
    bucket = "trainyard_request_seconds_bucket"
    expected = {
        ("trainyard_requests_total", "200"): 2.0,
        ("trainyard_requests_total", "429"): 1.0,
        (bucket, "0.001"): 2.0,
        (bucket, "2.0"): 2.0,
        (bucket, "5.0"): 3.0,
        (bucket, "+Inf"): 3.0,
        ("trainyard_request_seconds_count", ""): 3.0,
        ("trainyard_request_seconds_sum", ""): 3.0015,
        ("trainyard_rows_total", ""): 5.0,
    }
    assert expected == {key: found[key] for key in expected}


def test_gauges_are_read_when_asked() -> None:
    """Not when they are added."""
    metrics = ServingMetrics()
    value = [1]
    metrics.add_gauge("trainyard_some", "Some.", lambda: value[0])
    value[0] = 7
    assert _samples(metrics.exposition("m-1"))[("trainyard_some", "")] == 7.0
