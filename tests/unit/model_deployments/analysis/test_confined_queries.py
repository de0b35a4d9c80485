"""Queries that look at series of one namespace alone."""

from __future__ import annotations

import time

import pytest

from trainyard.model_deployments.analysis.confined_queries import LONGEST, why_not_confined

OWN = 'a{namespace="team-a"}'


@pytest.mark.parametrize(
    "query",
    [
        pytest.param(OWN, id="a selector"),
        pytest.param('{__name__=~"a.+",code!="5",namespace="team-a"}', id="beside other matchers"),
        pytest.param(f"sum by (x)(rate({OWN}[5m])) / on() {OWN} > bool 1", id="all of several"),
        pytest.param('max_over_time(rate(a{namespace="team-a"}[5m])[1h:5m])', id="a subquery"),
        pytest.param('a{namespace="team-a",namespace=~".+"}', id="all matchers have to match"),
        pytest.param("vector(time())", id="no selector at all"),
    ],
)
def test_own_series_may_be_asked_for(query: str) -> None:
    """However they are combined."""
    assert "" == why_not_confined(query, "namespace", "team-a")


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("up", id="a bare name"),
        pytest.param('up{namespace="team-b"}', id="another namespace"),
        pytest.param('up{namespace=~"team-a"}', id="an expression instead of the name"),
        pytest.param('up{namespace!="team-a"}', id="all but the own"),
        pytest.param('up{exported_namespace="team-a"}', id="another label"),
        pytest.param('up{x="namespace=\\"team-a\\""}', id="the matcher within a text"),
        pytest.param('up # {namespace="team-a"}', id="the matcher in a comment"),
        pytest.param('{namespace="team-a" or namespace="team-b"}', id="an alternative"),
        pytest.param(f"{OWN} + up", id="the second operand"),
        pytest.param(f"topk(scalar(up), {OWN})", id="the parameter of an aggregation"),
        pytest.param(f"label_replace(up, 'a', '$1', 'b', '(.*)') or {OWN}", id="an argument"),
        pytest.param("-(up)", id="below a sign and parentheses"),
        pytest.param("max_over_time(up[1h:5m])", id="a subquery"),
        pytest.param("rate(up[5m] offset 5m)", id="a range"),
        pytest.param(f"absent({OWN}) unless absent(up)", id="an absence"),
    ],
)
def test_a_selector_without_the_matcher_is_refused(query: str) -> None:
    """And the sentence says what to add."""
    found = why_not_confined(query, "namespace", "team-a")
    assert 'add the matcher namespace="team-a" to every selector' in found


@pytest.mark.parametrize(
    ("query", "words"),
    [
        pytest.param("sum(", "cannot be read", id="half a query"),
        pytest.param("1" + "+1" * LONGEST, "at most 1024", id="a long one"),
    ],
)
def test_what_cannot_be_looked_through_is_refused(query: str, words: str) -> None:
    """Prometheus is not asked."""
    assert words in why_not_confined(query, "namespace", "team-a")


@pytest.mark.parametrize(
    "query",
    [
        "(" * 511 + "1" + ")" * 511,
        "1" + "+1" * 511,
        "-" * 1023 + "1",
        f"{'abs(' * 200}a{')' * 200}",
    ],
    ids=["parentheses", "sums", "signs", "calls"],
)
def test_no_query_holds_the_operator_up(query: str) -> None:
    """The most nested ones take hundredths of a second of the processor, not minutes."""
    begun = time.process_time()
    why_not_confined(query, "namespace", "team-a")
    assert time.process_time() - begun < 2
