"""Load: what is counted, in a closed and in an open loop."""

from __future__ import annotations

import pandas as pd
from benchmark_stub import Start

from benchmarks.serving.bodies import v2_request
from benchmarks.serving.load import Result, Target, closed_loop, open_loop

REQUEST = v2_request(pd.DataFrame({"a": [1.0], "b": [2.0]}))


def test_a_closed_loop_counts_every_answer(start: Start) -> None:
    """Rate times seconds is the number of latencies, and none was wrong."""
    result = closed_loop(Target(start().port, (REQUEST,)), 4, 0.3)
    assert result.wrong == 0
    assert round(result.rate * result.seconds) == len(result.latencies) > 4
    assert 0 < result.busy <= 1.1


def test_a_closed_loop_waits_until_each_connection_was_answered(start: Start) -> None:
    """A slow server has figures too."""
    result = closed_loop(Target(start(STUB_SECONDS="0.3").port, (REQUEST,)), 2, 0.05)
    assert len(result.latencies) >= 2
    assert result.percentile(0.5) >= 0.3


def test_errors_are_no_answers(start: Start) -> None:
    """Every third answer is 500: it is counted as wrong, and asking goes on."""
    result = closed_loop(Target(start(STUB_BAD_EVERY="3").port, (REQUEST,)), 2, 0.3)
    assert result.wrong > 0
    assert len(result.latencies) > result.wrong


def test_an_open_loop_asks_as_often_as_it_says(start: Start) -> None:
    """40 requests a second for half a second are 20."""
    result = open_loop(Target(start().port, (REQUEST,)), 8, 0.5, 40.0)
    assert (len(result.latencies), result.wrong) == (20, 0)


def test_an_open_loop_counts_from_when_a_request_was_due(start: Start) -> None:
    """One connection and a server that takes 50 ms: the tenth request, due at 90 ms, waits."""
    target = Target(start(STUB_SECONDS="0.05").port, (REQUEST,))
    result = open_loop(target, 1, 0.1, 100.0)
    assert len(result.latencies) == 10
    assert max(result.latencies) >= 10 * 0.05 - 0.09


def test_requests_are_sent_in_turn(start: Start) -> None:
    """A bad request among three is a third of the answers."""
    bad = REQUEST.replace(b'"shape":[1,2]', b'"shape":[9,2]')
    result = closed_loop(Target(start().port, (REQUEST, bad, REQUEST)), 1, 0.3)
    assert result.wrong > 0
    assert abs(result.wrong * 2 - len(result.latencies)) <= 2


def test_percentiles_are_latencies() -> None:
    """Of a hundred, the 99th is the one that one exceeds; of none, zero."""
    result = Result(1.0, [each / 100 for each in range(100)], 0, 0.5)
    assert (result.percentile(0.5), result.percentile(0.99)) == (0.5, 0.99)
    assert Result(1.0, [], 3, 0.5).percentile(0.5) == 0.0
