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
from trainyard.metrics import Metrics
from trainyard.reconciling.cache import Scope
from trainyard.reconciling.queue import Key
from trainyard.running import Design, Shift
from trainyard.settings import Settings


def shift(*namespaces: str, overdue_seconds: int = 300) -> Shift:
    """Return a shift over toys that read Datasets; nothing runs yet."""
    settings = Settings(namespaces=namespaces, overdue_seconds=overdue_seconds)
    row = replace(toy_controller(), reads=("Dataset",))
    kinds = by_name(*KINDS.values(), TOYS)
    design = Design(settings, (row,), kinds, client.Configuration())
    return Shift(design, FakeCluster(), Metrics(CollectorRegistry()), asyncio.Event())


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
    assert scopes == set(shift(*namespaces).scopes())


def test_a_replica_that_stands_by_is_ready() -> None:
    """It is ready to take over; it has nothing to list."""
    assert "" == shift().unready()


def test_an_idle_process_is_alive() -> None:
    """No object waits, however long nothing happens."""
    assert "" == shift().overdue()


def test_livez_complains_of_an_object_that_waits_too_long() -> None:
    """Workers that hang are noticed by the queue's age."""
    here = shift(overdue_seconds=10)
    here.queue.add(Key("Toy", "ns", "a"), after=-11)
    assert "waiting for 11 s" in here.overdue()
