"""The picture of a release over time."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from trainyardpage.trail import NOTHING, ArmLook, Look, Trail
from trainyardpage.trail_chart import HEIGHT, MOST_ROWS, WIDTH, TrailChart, chart_of

BEGIN = datetime(2026, 5, 5, 10, tzinfo=UTC)


def look(second: int, high: float | None = 4.0, weight: int = 20) -> Look:
    """Return a look at both versions."""
    arms = {"Stable": ArmLook(900, 3, 0.1, 1.0), "Canary": ArmLook(200, 2, 0.5, high)}
    return Look(BEGIN + timedelta(seconds=second), weight, "Pass", arms)


def drawn(*looks: Look) -> TrailChart:
    """Return the picture of these looks."""
    chart = chart_of(Trail("wine-2", looks))
    assert chart is not None
    return chart


def test_one_look_is_no_line() -> None:
    """Nor is none."""
    assert chart_of(NOTHING) is None
    assert chart_of(Trail("wine-2", (look(0),))) is None


def test_both_versions_have_a_band_within_the_picture() -> None:
    """The highest bound touches the upper edge; weights go in steps."""
    chart = drawn(look(0), look(30, weight=50), look(60, weight=100))
    assert ["Stable", "Canary"] == [band.arm for band in chart.bands]
    for path in (*(band.path for band in chart.bands), chart.weight_path):
        numbers = [float(text) for text in re.findall(r"[\d.]+", path)]
        assert all(0 <= number <= max(WIDTH, HEIGHT) for number in numbers)
    assert "4" == chart.most
    assert "M48.0 8.0" == chart.bands[1].path[:9]
    assert 2 == chart.weight_path.count("H")
    assert ("10:00:00", "10:01:00") == (chart.first, chart.last)


def test_what_is_not_known_leaves_no_mark() -> None:
    """A version without requests has no band."""
    assert ["Stable"] == [band.arm for band in drawn(look(0, None), look(30, None)).bands]


def test_without_any_error_the_bands_lie_on_the_floor() -> None:
    """And nothing is divided by zero."""
    quiet = ArmLook(900, 0, 0.0, 0.0)
    chart = drawn(
        *(Look(BEGIN + timedelta(seconds=s), 20, "Pass", {"Stable": quiet}) for s in (0, 15))
    )
    assert ("1", 0) == (chart.most, len(chart.bands))


def test_the_table_has_some_looks_newest_first() -> None:
    """However many there are."""
    chart = drawn(*(look(second) for second in range(60)))
    assert len(chart.rows) <= MOST_ROWS
    assert BEGIN + timedelta(seconds=59) == chart.rows[0].at
    assert chart.rows[0].at > chart.rows[-1].at


def test_it_is_told_in_words_too() -> None:
    """For who does not see it."""
    assert "2 looks; at the last one 20 % canary" in drawn(look(0), look(9)).description
    assert "Canary: 2 of 200 requests failed" in drawn(look(0), look(9)).description
