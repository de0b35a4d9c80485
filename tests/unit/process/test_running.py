"""What the probes say of the process, and what it watches."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from fakes import FakeCluster
from kubernetes.aio import client
from prometheus_client import CollectorRegistry
from toys import TOYS, toy_controller

from trainyard.clients.kinds import KINDS, by_name
from trainyard.process.election import LeaseLost
from trainyard.process.loop_lag import LoopLag
from trainyard.process.metrics import Metrics
from trainyard.process.running import Leadership, OperatorConfig, complain, held
from trainyard.reconciling.cache import Scope
from trainyard.reconciling.controller import Reads
from trainyard.reconciling.queue import Key
from trainyard.settings import Settings

READS = Reads("Dataset", lambda *_: ())


def leadership(*namespaces: str, overdue_seconds: int = 300, reads: Reads = READS) -> Leadership:
    """Return one over toys that read Datasets; nothing runs yet."""
    settings = Settings(namespaces=namespaces, overdue_seconds=overdue_seconds)
    row = replace(toy_controller(), reads=(reads,))
    kinds = by_name(*KINDS.values(), TOYS)
    config = OperatorConfig(settings, (row,), kinds, client.Configuration())
    return Leadership(config, FakeCluster(), Metrics(CollectorRegistry()), asyncio.Event())


@pytest.mark.parametrize(
    ("namespaces", "scopes"),
    [
        pytest.param(
            (),
            {Scope(kind) for kind in ("Toy", "ConfigMap", "Job", "Dataset", "Namespace")},
            id="the whole cluster, with its Namespaces",
        ),
        pytest.param(
            ("a", "b"),
            {Scope(k, n) for k in ("Toy", "ConfigMap", "Job", "Dataset") for n in ("a", "b")},
            id="each namespace for itself; Namespaces cannot be watched with a Role",
        ),
    ],
)
def test_what_is_watched_follows_from_the_table(
    namespaces: tuple[str, ...], scopes: set[Scope]
) -> None:
    """Our kinds, their children, and what they read."""
    assert scopes == set(leadership(*namespaces).scopes().all)


def test_config_maps_of_users_are_watched_whole_and_not_by_kopf() -> None:
    """They carry no label of ours, and kopf has one watch for each resource."""
    here = leadership("a", reads=Reads("ConfigMapMetadata", lambda *_: ()))
    assert Scope("ConfigMapMetadata", "a") in here.scopes().all
    assert "ConfigMapMetadata" in here.scopes().whole
    assert [Scope("ConfigMapMetadata", "a")] == [w.scope for w in here.metadata_watches()]
    assert "ConfigMapMetadata" not in [kind.name for kind in here.watching().kinds]


def test_a_replica_that_stands_by_is_ready() -> None:
    """It is ready to take over; it has nothing to list."""
    assert "" == leadership().unready()


def test_an_idle_process_is_alive() -> None:
    """No object waits, however long nothing happens."""
    assert "" == leadership().unhealthy()


def test_livez_complains_of_an_object_that_waits_too_long() -> None:
    """Workers that hang are noticed by the queue's age."""
    here = leadership(overdue_seconds=10)
    here.queue.add(Key("toys", "ns", "a"), after=-11)
    assert "waiting for 11 s" in here.unhealthy()


async def test_a_lost_lease_is_said_in_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    """It is an end that is foreseen: where in the code it was noticed matters to nobody."""

    async def lose() -> None:
        raise LeaseLost("could not renew the lease for 10 s")

    task = asyncio.create_task(lose(), name="lease")
    await asyncio.wait({task})
    assert complain({task})
    said = capsys.readouterr().out
    assert "lease: could not renew the lease for 10 s" in said
    assert "Traceback" not in said


async def test_a_defect_is_said_with_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody foresaw it: the next question is where."""

    async def fail() -> None:
        raise ZeroDivisionError

    task = asyncio.create_task(fail(), name="resync")
    await asyncio.wait({task})
    assert not complain({task})
    assert "Traceback" in capsys.readouterr().out


async def test_livez_complains_of_a_loop_that_is_held() -> None:
    """Whatever holds it for seconds, nothing else is done meanwhile."""
    lag = LoopLag()
    assert "" == held(lag)
    lag.took(6)
    assert "the event loop was held for 6 s" == held(lag)
