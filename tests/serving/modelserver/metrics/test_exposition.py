"""Text that Prometheus reads."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from modelserver.metrics.exposition import family, histogram, label, sample
from modelserver.metrics.histogram import Histogram

ODD = 'a "quoted" \\ name\nof two lines'


def test_any_text_can_be_a_label() -> None:
    """Quotes, backslashes and line ends come back as they were."""
    text = "\n".join(
        family("odd_total", "counter", "Odd.", [sample("odd_total", label("x", ODD), 3)])
    )
    (found,) = text_string_to_metric_families(text + "\n")
    assert ({"x": ODD}, 3.0) == (found.samples[0].labels, found.samples[0].value)


def test_a_histogram_is_cumulative() -> None:
    """Buckets rise up to the count, and the last is +Inf."""
    counted = Histogram((1, 2))
    for value in (1, 2, 3):
        counted.observe(value)
    (found,) = text_string_to_metric_families(
        "\n".join(histogram("h", "H.", 'r="1"', counted)) + "\n"
    )
    assert (found.name, found.type, found.documentation) == ("h", "histogram", "H.")
    values = {(s.name, s.labels.get("le")): s.value for s in found.samples}
    expected = {
        ("h_bucket", "1"): 1.0,
        ("h_bucket", "2"): 2.0,
        ("h_bucket", "+Inf"): 3.0,
        ("h_sum", None): 6.0,
        ("h_count", None): 3.0,
    }
    assert expected == values
