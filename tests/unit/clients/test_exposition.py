"""What stands on a metrics page, whoever reads the line."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as some
from prometheus_client.parser import text_string_to_metric_families

from trainyard.clients.exposition import ScrapedSample, samples_in

NAMES = ("a", "a_total", "b:c")
LABELS = some.dictionaries(
    some.sampled_from(["x", "le", "bin", "_y", "__z", "__name__"]),
    some.text(some.sampled_from('ab ,={}#\\"π\t'), max_size=6),
    max_size=3,
)
VALUES = some.sampled_from(
    ["0", "7", "-1", "2.5", "1e3", "1e+308", "1e999", "+Inf", "-Inf", "NaN", "1_0", "07", "", "x"]
)
ENDS = some.sampled_from(["", " 1700000000000", ' # {t="1"} 1', " ", "\t"])


def as_written(labels: dict[str, str]) -> str:
    """Return the labels with and without what must be escaped: servers of users do as they like."""
    return ",".join(f'{name}="{value}"' for name, value in labels.items())


@given(name=some.sampled_from([*NAMES, "1a", ""]), labels=LABELS, value=VALUES, end=ENDS)
def test_a_line_says_the_same_as_to_the_library(
    name: str, labels: dict[str, str], value: str, end: str
) -> None:
    """Whether it is plain or special, right or wrong."""
    line = f"{name}{{{as_written(labels)}}} {value}{end}"
    try:
        expected = [
            (sample.name, dict(sample.labels), float(sample.value))
            for family in text_string_to_metric_families(f"{line}\n")
            for sample in family.samples
            if sample.name in NAMES
        ]
    except (ValueError, IndexError):
        with pytest.raises(ValueError, match=r".|^$"):
            samples_in([line], NAMES)
        return
    found = [(s.name, s.labels, s.value) for s in samples_in([line], NAMES)]
    assert repr(expected) == repr(found), "as text, for NaN is not itself"


@pytest.mark.parametrize(
    ("line", "labels", "value"),
    [
        pytest.param("a 1", {}, 1.0, id="no labels"),
        pytest.param("a{} 1", {}, 1.0, id="empty braces, as Envoy writes them"),
        pytest.param('a{x="1",y="(-inf, 2)"} 3.5', {"x": "1", "y": "(-inf, 2)"}, 3.5, id="plain"),
        pytest.param('a{x="1",} 3', {"x": "1"}, 3.0, id="a comma at the end"),
        pytest.param(r'a{x="q\"\\\n"} 3', {"x": 'q"\\\n'}, 3.0, id="escapes"),
        pytest.param('a{x="1"} +Inf', {"x": "1"}, math.inf, id="a number with a name"),
        pytest.param('a{x="1"} 3 1700000000000', {"x": "1"}, 3.0, id="a time stamp"),
    ],
)
def test_a_line(line: str, labels: dict[str, str], value: float) -> None:
    """Every form that the format knows is read."""
    assert [ScrapedSample("a", labels, value)] == samples_in([line], ["a"])


@pytest.mark.parametrize("line", ["a{x= 1", "a", "a one", 'a{x="1"} ' + "9" * 400])
def test_no_sample(line: str) -> None:
    """It is refused as a whole; so is a number that none holds."""
    with pytest.raises(ValueError, match=r".|^$"):
        samples_in([line], ["a"])


def test_names_that_only_begin_alike_are_others() -> None:
    """A histogram's buckets are not its sum."""
    assert [] == samples_in(["a_total 1"], ["a"])
