"""Kept answers: the same at every server, once for each window, and only while somebody reads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from modelbundle.prediction import Prediction
from modelbundle.rows import Rows
from modelserver.telemetry.answer_sample import LONGEST_SECONDS, MOST, AnswerSample, key_of


class Time:
    """A clock that is set."""

    now = 100.0

    def __call__(self) -> float:
        """What it shows."""
        return self.now


def _answered(sample: AnswerSample, request_id: str, *values: Any) -> None:
    """The request is answered with these values, one for each row."""
    if sample.wants(request_id, {}):
        kind = None if isinstance(values[0], float | int | list) else object
        sample.add(request_id, ROWS_OF[len(values)], Prediction(np.array(values, kind), None))


ROWS_OF = {n: Rows(np.zeros((n, 1)), np.empty((n, 0), dtype=object)) for n in range(1, 4)}


def test_nothing_is_kept_until_somebody_reads() -> None:
    """Nor after the time for which the reader asked."""
    clock = Time()
    sample = AnswerSample(clock)
    assert "" == sample.id_of({b"x-request-id": b"a"}, None)
    _answered(sample, "a", "yes")
    assert {} == sample.read("1", 60)
    assert "b" == sample.id_of({b"x-request-id": b"b"}, None)
    _answered(sample, "b", "yes")
    clock.now += 61
    _answered(sample, "c", "yes")
    assert {} == sample.read("2", 60)


def test_a_window_is_the_same_for_who_asks_again() -> None:
    """What came meanwhile is in the next one."""
    sample = AnswerSample()
    sample.read("1", 60)
    _answered(sample, "a", "yes")
    first = sample.read("2", 60)
    _answered(sample, "b", "no")
    assert first == sample.read("2", 60) == {f"{key_of('a'):016x}": "yes"}
    assert {f"{key_of('b'):016x}": "no"} == sample.read("3", 60)


def test_two_servers_keep_the_same_requests() -> None:
    """Those with the lowest keys, whatever the order and however many others there are."""
    one, other = AnswerSample(), AnswerSample()
    ids = [f"request-{n}" for n in range(9 * MOST)]
    for sample, own in ((one, ids), (other, ids[::-2])):
        sample.read("1", 60)
        for request_id in own:
            _answered(sample, request_id, 1.5)
    found, few = one.read("2", 60), other.read("2", 60)
    assert MOST == len(found) == len(few)
    lowest = sorted(f"{key_of(i):016x}" for i in ids)[:MOST]
    assert lowest == sorted(found)
    asked_of_both = {f"{key_of(i):016x}" for i in ids[::-2]}
    assert len(set(found) & set(few)) == len(asked_of_both & set(found)) > MOST / 3


def test_of_a_request_of_many_rows_one_counts() -> None:
    """The same one at every server."""
    sample = AnswerSample()
    sample.read("1", 60)
    _answered(sample, "many", "p", "q", "r")
    assert ["pqr"[key_of("many") % 3]] == list(sample.read("2", 60).values())


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        pytest.param("yes", "yes", ["yes"], id="tried again"),
        pytest.param("yes", "no", [], id="one id for different requests"),
    ],
)
def test_an_id_that_comes_twice(first: str, second: str, kept: list[str]) -> None:
    """It is no name of a request where the answers differ."""
    sample = AnswerSample()
    sample.read("1", 60)
    _answered(sample, "same", first)
    _answered(sample, "same", second)
    assert kept == list(sample.read("2", 60).values())


def test_what_a_page_holds() -> None:
    """Numbers, labels, lists of targets; of long texts a hash; of probes nothing."""
    sample = AnswerSample()
    sample.read("1", 60)
    assert not sample.wants("p", {b"trainyard-probe": b"true"})
    assert sample.wants("p", {b"trainyard-mirrored": b"true"})
    assert not sample.wants("", {})
    _answered(sample, "a", 2.5)
    _answered(sample, "b", [1, 2])
    _answered(sample, "c", "x" * 65)
    found = sample.read("2", LONGEST_SECONDS * 9)
    assert [2.5, [1, 2]] == [found[f"{key_of(i):016x}"] for i in "ab"]
    assert 32 == len(str(found[f"{key_of('c'):016x}"]))
