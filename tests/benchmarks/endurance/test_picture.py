"""The picture of memory: both lines are within the frame, from zero, as long as the run."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from benchmarks.endurance.memory import Sample
from benchmarks.endurance.picture import drawn

SVG = "{http://www.w3.org/2000/svg}"
SAMPLES = [Sample(0, 50 * 1024, 30 * 1024), Sample(1000, 60 * 1024, 30 * 1024)]


def elements(name: str) -> list[ET.Element]:
    """All of the picture that are called so."""
    return list(ET.fromstring(drawn(SAMPLES)).iter(f"{SVG}{name}"))  # noqa: S314


def points(number: int) -> list[tuple[float, float]]:
    """Of the first (proportional) or second (anonymous) line."""
    pairs = (pair.split(",") for pair in elements("polyline")[number].get("points", "").split())
    return [(float(across), float(down)) for across, down in pairs]


def test_flat_memory_is_a_flat_line() -> None:
    """More memory is higher up; the last request is at the right edge."""
    (left, high), (right, higher) = points(0)
    (_, first), (_, last) = points(1)
    assert first == last
    assert higher < high < first
    assert (64.0, 704.0) == (left, right)


def test_the_scale_begins_at_zero_and_holds_everything() -> None:
    """In steps of 20 MiB; requests in fifths."""
    texts = [text.text for text in elements("text")]
    assert ["0", "20", "40", "60", "80"] == texts[1:6]
    assert ["0", "200", "400", "600", "800", "1,000"] == texts[6:12]
