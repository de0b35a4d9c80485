"""Live values of a window, whatever pods come and go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from builders_serving import NOW

from trainyard.clients.exposition import ScrapedSample
from trainyard.clients.prometheus import (
    MOST_SERIES,
    PrometheusFault,
    QueryResult,
    ResultType,
    Series,
)
from trainyard.clients.scraping import ScrapeFailed
from trainyard.model_deployments.analysis.bin_counters import (
    BinCounters,
    BinQuestion,
    CountingServer,
)
from trainyard.model_deployments.analysis.binned_columns import BinReading, BinWindow, ColumnKey
from trainyard.model_deployments.analysis.queries import QueryAnswer

STEP, WINDOW = timedelta(minutes=5), timedelta(hours=1)
A = CountingServer("a.0", "http://a", NOW - timedelta(days=1))
B = replace(A, identity="b.0", address="http://b")
LOW = (ColumnKey(prediction=False, name="age"), "0")


@dataclass(slots=True)
class Servers:
    """Pages of servers by address, and a Prometheus that knows one sum, or does not answer."""

    counts: dict[str, int] = field(default_factory=dict)
    stored: float | None = None
    looks: int = 0
    asked: list[str] = field(default_factory=list)

    async def text(self, url: str) -> str:
        """See Scraper.text."""
        raise ScrapeFailed(url)

    async def samples(self, url: str, names: Sequence[str]) -> list[ScrapedSample]:
        """See Scraper.samples."""
        if url not in self.counts:
            raise ScrapeFailed(f"{url}: no answer")
        labels = {"feature": "age", "bin": "0", "holds": "(-inf, 18.0)"}
        self.looks += "trainyard_feature_bin_total" in names
        found = [
            ScrapedSample("trainyard_feature_bin_total", labels, self.counts[url]),
            ScrapedSample("trainyard_feature_bin_reference", labels, 90.0),
        ]
        return [sample for sample in found if sample.name in names]

    async def query(self, promql: str, at: datetime, most: int = MOST_SERIES) -> QueryResult:
        """See Prometheus.query."""
        self.asked.append(promql)
        if self.stored is None:
            raise PrometheusFault("timeout")
        series = Series({"feature": "age", "bin": "0"}, ((at, self.stored),))
        return QueryResult(ResultType.VECTOR, (series,))


def question(*servers: CountingServer, since: datetime | None = NOW) -> BinQuestion:
    """Return the question for the window that begins then."""
    until = since + WINDOW if since is not None else NOW
    return BinQuestion("team", "wine", "wine-1", servers, BinWindow(since, until, STEP))


async def begun(servers: Servers) -> BinCounters:
    """Return counters whose window begins with server a at 100."""
    counters = BinCounters(servers, servers)
    servers.counts["http://a"] = 100
    begins = await counters.read(question(A, since=None), NOW)
    assert QueryAnswer(None, "counting begins") == begins
    return counters


async def counted(counters: BinCounters, asked: BinQuestion, now: datetime = NOW + WINDOW) -> int:
    """Return how many live values the window that is over holds."""
    found = await counters.read(asked, now)
    assert isinstance(found, BinReading)
    assert "" == found.why
    return found.live[LOW]


async def test_a_window_holds_what_came_since_it_began() -> None:
    """And the next begins where it ended."""
    servers = Servers()
    counters = await begun(servers)
    servers.counts["http://a"] = 130
    assert 30 == await counted(counters, question(A))
    assert 30 == await counted(counters, question(A)), "the same when it was not written down"
    servers.counts["http://a"] = 131
    after = question(A, since=NOW + WINDOW)
    assert 1 == await counted(counters, after, NOW + 2 * WINDOW)


async def test_servers_are_looked_at_once_in_a_step() -> None:
    """However often a pass happens."""
    servers = Servers()
    counters = await begun(servers)
    for seconds in range(0, 601, 10):
        assert None is await counters.read(question(A), NOW + timedelta(seconds=seconds))
    assert 3 == servers.looks
    assert [] == servers.asked, "Prometheus is asked when the window is over"


async def test_pods_come_and_go_within_a_window() -> None:
    """One that started within it counts from zero, one that left keeps what was seen of it."""
    servers = Servers()
    counters = await begun(servers)
    servers.counts |= {"http://a": 120, "http://b": 7}
    new = replace(B, started_at=NOW + timedelta(seconds=30))
    await counters.read(question(A, new), NOW + STEP)
    servers.counts["http://b"] = 9
    assert 29 == await counted(counters, question(new))


async def test_a_process_that_started_again_counts_from_zero() -> None:
    """Its identity is another one."""
    servers = Servers()
    counters = await begun(servers)
    servers.counts["http://a"] = 5
    again = replace(A, identity="a.1", started_at=NOW + timedelta(minutes=1))
    assert 5 == await counted(counters, question(again))


async def test_what_an_old_pod_counted_before_is_left_out() -> None:
    """As after the operator started again."""
    servers = Servers({"http://a": 1000, "http://b": 6})
    counters = BinCounters(servers, servers)
    new = replace(B, started_at=NOW + timedelta(seconds=30))
    await counters.read(question(A, new), NOW + STEP)
    servers.counts["http://a"] = 1004
    assert 10 == await counted(counters, question(A, new))


async def test_a_server_that_does_not_answer_for_a_while_loses_nothing() -> None:
    """Its counters go on."""
    servers = Servers()
    counters = await begun(servers)
    del servers.counts["http://a"]
    await counters.read(question(A), NOW + STEP)
    servers.counts["http://a"] = 140
    assert 40 == await counted(counters, question(A))


async def test_another_revision_begins_anew() -> None:
    """The reference moves with it."""
    servers = Servers()
    counters = await begun(servers)
    servers.counts["http://b"] = 50
    promoted = replace(question(B, since=None), revision="wine-2")
    assert isinstance(await counters.read(promoted, NOW), QueryAnswer)
    servers.counts["http://b"] = 53
    assert 3 == await counted(counters, replace(question(B), revision="wine-2"))


async def test_prometheus_is_believed_where_it_counted_more() -> None:
    """It remembers pods that left between two looks, and what was before the operator started."""
    servers = Servers()
    counters = await begun(servers)
    servers.counts["http://a"], servers.stored = 130, 41.6
    assert 42 == await counted(counters, question(A))
    place = 'namespace="team",modeldeployment="wine",revision="wine-1"'
    features = f"increase(trainyard_feature_bin_total{{{place}}}[3600s])"
    predictions = f"increase(trainyard_prediction_bin_total{{{place}}}[3600s])"
    expected = f"sum by (feature, bin) ({features}) or sum by (output, bin) ({predictions})"
    assert [expected] == servers.asked
    servers.stored = 2.0
    assert 30 == await counted(counters, question(A)), "it scraped a part only"


async def test_an_operator_that_starts_again_goes_on_where_the_other_one_ended() -> None:
    """What was kept at the last look, and what every process counted since."""
    servers = Servers()
    counters = await begun(servers)
    servers.counts["http://a"] = 120
    await counters.read(question(A), NOW + STEP)
    kept = counters.checkpoint("team", "wine")
    servers.counts["http://a"] = 150
    asked = replace(question(A), checkpoint=kept)
    assert 50 == await counted(BinCounters(servers, servers), asked)
    assert 0 == await counted(BinCounters(servers, servers), question(A)), "without it"


async def test_a_checkpoint_of_another_window_is_not_taken() -> None:
    """Nothing is ever counted twice."""
    servers = Servers()
    counters = await begun(servers)
    servers.counts["http://a"] = 120
    await counters.read(question(A), NOW + STEP)
    kept = counters.checkpoint("team", "wine")
    later = replace(question(A, since=NOW + WINDOW), checkpoint=kept)
    assert 0 == await counted(BinCounters(servers, servers), later, NOW + 2 * WINDOW)
    other = replace(question(A), revision="wine-2", checkpoint=kept)
    assert 0 == await counted(BinCounters(servers, servers), other)


async def test_a_checkpoint_is_that_of_the_last_look() -> None:
    """It does not change in between, so nothing is written."""
    servers = Servers()
    counters = await begun(servers)
    kept = counters.checkpoint("team", "wine")
    await counters.read(question(A), NOW + timedelta(seconds=1))
    began = counters.checkpoint("team", "wine")
    await counters.read(question(A), NOW + timedelta(seconds=2))
    assert began == counters.checkpoint("team", "wine")
    servers.counts["http://a"] = 120
    await counters.read(question(A), NOW + STEP)
    assert len({"", kept, counters.checkpoint("team", "wine")}) == 3
    assert "" == counters.checkpoint("team", "other")


async def test_without_a_server_the_window_says_why() -> None:
    """It is no evidence."""
    counters = BinCounters(Servers(), None)
    found = await counters.read(question(A), NOW + WINDOW)
    assert isinstance(found, BinReading)
    assert "http://a: no answer" == found.why
    found = await BinCounters(Servers(), None).read(question(), NOW + WINDOW)
    assert isinstance(found, BinReading)
    assert "no server to count at" == found.why
