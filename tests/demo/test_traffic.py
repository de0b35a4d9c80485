"""What the client counted between two moments."""

from __future__ import annotations

from demo.traffic import Count


def test_since_counts_what_came_after() -> None:
    """Only what changed is left, and codes that did not change are not listed."""
    before = Count(sent=10, ok=9, failed=1, codes={"200": 9, "500": 1})
    after = Count(sent=30, ok=28, failed=2, codes={"200": 28, "500": 1, "503": 1}, accuracy=0.9)

    expected = Count(sent=20, ok=19, failed=1, codes={"200": 19, "503": 1}, accuracy=0.9)
    assert expected == after.since(before)
