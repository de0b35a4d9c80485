"""When something goes, as a table of sentences."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from trainer.retention.verdict import Standing, Verdict, verdict

NOW = datetime(2026, 11, 29, tzinfo=UTC)
KEEP = timedelta(days=30)


def ago(days: float) -> datetime:
    """So many days before now."""
    return NOW - timedelta(days=days)


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        pytest.param(Standing(True, ago(90), ago(60)), Verdict.KEPT, id="in use again"),
        pytest.param(Standing(True, ago(90), None), Verdict.KEPT, id="in use"),
        pytest.param(Standing(False, ago(90), None), Verdict.MARKED, id="old, seen unused first"),
        pytest.param(Standing(False, ago(0), None), Verdict.MARKED, id="just published"),
        pytest.param(Standing(False, ago(90), ago(29.9)), Verdict.WAITING, id="its time runs"),
        pytest.param(Standing(False, ago(90), ago(30)), Verdict.REMOVED, id="its time is over"),
        pytest.param(Standing(False, ago(1), ago(40)), Verdict.MARKED, id="written since the mark"),
        pytest.param(Standing(False, None, ago(40)), Verdict.EMPTY, id="a folder left behind"),
    ],
)
def test_only_what_was_unused_for_long_goes(standing: Standing, expected: Verdict) -> None:
    """In doubt it stays."""
    assert expected is verdict(standing, NOW, KEEP)
