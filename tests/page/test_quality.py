"""What labels say of each revision."""

from __future__ import annotations

from a_namespace import deployment, releasing

from trainyardpage.quality import Quality, quality_of

JOIN = {
    "metric": "accuracy",
    "counts": {"at": "2026-05-05T10:00:00Z", "joined": 900, "missing": 3, "doubled": 7},
    "revisions": [
        {
            "revision": "wine-2222222222",
            "rows": 120,
            "value": "0.91",
            "low": "0.85",
            "high": "0.95",
            "fairness": {"value": "0.04", "low": "0", "high": "0.2", "between": ["a", "b"]},
        },
        {"revision": "wine-1111111111", "rows": 9, "why": "9 of 100 rows"},
    ],
}
MONITORING = {
    "quality": {"metric": "accuracy", "min": "0.9"},
    "fairness": {"column": "site"},
}


def told() -> Quality:
    """Return what is shown of a release whose requests got labels."""
    raw = releasing()
    raw["spec"]["monitoring"] = MONITORING
    raw["status"]["labelJoin"] = JOIN
    return quality_of(raw)


def test_each_revision_has_a_line_with_its_interval() -> None:
    """By role; why there is no value stands in its place."""
    first, second = told().lines
    assert ("canary", 120, "0.91", "0.85 – 0.95") == (
        first.role,
        first.rows,
        first.value,
        first.interval,
    )
    assert ("stable", "–", "", "9 of 100 rows") == (
        second.role,
        second.value,
        second.interval,
        second.why,
    )


def test_fairness_stands_beside_it() -> None:
    """With its groups, and how far they may differ where nobody said so."""
    found = told()
    first, second = found.lines
    assert ("site", "0.1") == (found.fairness_column, found.fairness_max)
    assert ("0.04", "0 – 0.2", "a and b") == (
        first.fairness,
        first.fairness_interval,
        first.between,
    )
    assert ("–", "") == (second.fairness, second.fairness_interval)


def test_bounds_and_counts_are_words() -> None:
    """What is zero, or says nothing to a person, is left out."""
    found = told()
    assert ("at least 0.9", "accuracy") == (found.bounds, found.metric)
    assert [(900, "captured rows have a label"), (3, "got none in time")] == list(found.counts)


def test_without_labels_there_is_nothing() -> None:
    """Nothing is shown then."""
    assert Quality("", "", "", (), "", "", ()) == quality_of(deployment())
