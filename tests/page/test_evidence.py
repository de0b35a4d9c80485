"""The figures of a release and of the live values, as people read them."""

from __future__ import annotations

from a_namespace import deployment, releasing

from trainyardpage.evidence import ArmLine, BinLine, CheckLine, DriftLine, drift_of, release_of

ARMS = [
    {
        "name": "Stable",
        "requests": 1600,
        "errors": 3,
        "errorPercent": {"low": "0.04", "high": "0.55"},
        "medianMilliseconds": {"low": "2", "high": "5"},
        "p99Milliseconds": {"low": "1000", "high": None},
        "outcome": {
            "metric": "accuracy",
            "rows": 800,
            "value": "0.93",
            "low": "0.91",
            "high": "0.95",
        },
    },
    {"name": "Canary"},
]

BINS = [
    {"holds": "below 18", "training": "2", "live": "131"},
    {"holds": "missing", "training": "", "live": "-1"},
]
SHOWN = (BinLine("below 18", "2", "131", 2.0, 100.0), BinLine("missing", "", "-1", 0.0, 0.0))
"""A bar is never wider than its place, whatever a status says."""


def test_a_release_under_way_shows_checks_and_both_versions() -> None:
    """With intervals; what was not measured is a dash."""
    found = release_of(releasing(arms=ARMS, phase="Progressing"))
    assert (True, "1/2", "NoEvidence") == (found.under_way, found.progress, found.verdict)
    assert [CheckLine("errors", "NoEvidence", "40 of 300 requests", dry_run=False)] == list(
        found.checks
    )
    outcome = "accuracy 0.93 (0.91 – 0.95, 800 labels)"
    assert [
        ArmLine("Stable", 1600, 3, "0.04 – 0.55", "2 – 5", "over 1000", outcome),
        ArmLine("Canary", 0, 0, "–", "–", "–", "–"),
    ] == list(found.arms)


def test_at_rest_the_last_release_is_shown() -> None:
    """Its arms alone: the rest is history."""
    found = release_of(deployment(lastArms=ARMS))
    assert (False, "", 2) == (found.under_way, found.phase, len(found.arms))


def test_a_release_that_begins_does_not_show_the_figures_of_the_last_one() -> None:
    """They are of other versions."""
    raw = releasing()
    raw["status"]["lastArms"] = ARMS
    assert () == release_of(raw).arms


def test_a_rehearsal_is_told_in_its_own_words_or_by_its_counts() -> None:
    """Before the first live request."""
    counted = {"verdict": "Pass", "agreed": 99, "bothAnswered": 100}
    said = {"verdict": "Fail", "why": "12 rows failed"}
    assert "Pass: 99 of 100 answers agree" == release_of(releasing(rehearsal=counted)).rehearsal
    assert "Fail: 12 rows failed" == release_of(releasing(rehearsal=said)).rehearsal
    assert "" == release_of(releasing()).rehearsal


def test_drift_is_shown_by_column() -> None:
    """Of the monitor that has a window, beside the words of the others."""
    window = {
        "since": "2026-05-04T10:00:00Z",
        "until": "2026-05-05T10:00:00Z",
        "rows": 900,
        "columns": 13,
        "drifted": [
            {
                "name": "age",
                "windows": 2,
                "effect": "0.31",
                "why": "below 18: 2 % → 31 %",
                "bins": BINS,
            }
        ],
    }
    monitors = [
        {"kind": "Errors", "why": "0.1 % of the requests"},
        {"kind": "Drift", "why": "1 of 13 columns", "drift": window},
    ]
    found = drift_of(deployment(monitors=monitors))
    assert (900, 13) == (found.rows, found.columns)
    assert [DriftLine("age", "feature", "0.31", 2, "below 18: 2 % → 31 %", SHOWN)] == list(
        found.lines
    )
    assert ("Errors", "0.1 % of the requests") == found.monitors[0]
    assert ((), "") == (drift_of(deployment()).lines, drift_of(deployment()).until)
