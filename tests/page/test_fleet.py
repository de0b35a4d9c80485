"""The fleet: what stands first, what is found, and what each row says.

Proves: trainyardpage/traffic.py, trainyardpage/marks.py
"""

from __future__ import annotations

from a_namespace import Raw, deployment, releasing, told

from trainyardpage.fleet import MOST_ROWS, fleet_of
from trainyardpage.traffic import Share


def named(raw: Raw, namespace: str, name: str) -> Raw:
    """Return the deployment under that name."""
    return raw | {"metadata": raw["metadata"] | {"namespace": namespace, "name": name}}


LOST = deployment(
    conditions=told(
        ("Ready", "True", "Serving", ""), ("RolledOut", "False", "Quarantined", "it lost")
    )
)
FLEET = [
    named(deployment(), "b", "calm"),
    named(deployment(), "a", "calm"),
    named(releasing(phase="Progressing"), "a", "releasing"),
    named(releasing("Paused", phase="Paused"), "c", "waiting"),
    named(LOST, "z", "lost"),
]


def test_who_needs_a_person_stands_first() -> None:
    """Failed, then waiting, then under way; by namespace and name inside each."""
    fleet = fleet_of(FLEET)
    assert ["z/lost", "c/waiting", "a/releasing", "a/calm", "b/calm"] == [
        f"{row.namespace}/{row.name}" for row in fleet.rows
    ]
    counts = [(mark.word, count) for mark, count in fleet.counts]
    assert [("failed", 1), ("waits for you", 1), ("under way", 1), ("settled", 2)] == counts


def test_a_row_says_what_it_waits_for_and_who_gets_how_much() -> None:
    """The sentence of `trainyard status`, the step, the version and the weights."""
    row = fleet_of(FLEET).rows[2]
    assert "RollingOut: wine-2222222222: 40 of 300 requests" == row.why
    assert ("Progressing 1/2", "wine-a") == (row.step, row.version)
    assert [
        Share("stable", "wine-1111111111", "wine-a", 80, 0),
        Share("canary", "wine-2222222222", "wine-b", 20, 0),
    ] == list(row.shares)


def test_signs_and_words_tell_without_colour() -> None:
    """No two outcomes look alike."""
    marks = [row.mark for row in fleet_of(FLEET).rows]
    assert 4 == len({mark.sign for mark in marks}) == len({mark.word for mark in marks})


def test_a_search_is_for_a_part_of_the_name() -> None:
    """In any case, the namespace included."""
    assert ["waiting"] == [row.name for row in fleet_of(FLEET, "C/Wait").rows]
    assert 0 == fleet_of(FLEET, "nobody").found


def test_a_long_list_is_cut_and_counted() -> None:
    """A page that nobody can read is not sent."""
    fleet = fleet_of([named(deployment(), "a", f"m{n:04}") for n in range(MOST_ROWS + 3)])
    assert (MOST_ROWS, 3) == (len(fleet.rows), fleet.hidden)


def test_what_an_older_operator_does_not_say_is_left_out() -> None:
    """Nothing but a name is needed."""
    (row,) = fleet_of([{"metadata": {"name": "bare"}}]).rows
    assert ("bare", "", "") == (row.name, row.step, row.version)
