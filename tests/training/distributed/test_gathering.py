"""What workers are asked, and what becomes of it when one of them goes."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from distributed import Client, Future

from trainer.distributed.gathering import WorkerLost, addresses, awaited, fitted_together
from trainer.pod.exits import MachineFault


def test_what_was_asked_is_done(client: Client) -> None:
    """By each worker."""
    asked = {client.submit(str, at, workers=[at]): at for at in addresses(client)}
    awaited(client, asked)
    assert sorted(asked.values()) == sorted(client.gather(list(asked)))


def test_what_one_raises_is_raised(client: Client) -> None:
    """Others may still be at work: they are not waited for."""
    first, second = sorted(addresses(client))
    asked: dict[Future[Any], str] = {
        client.submit(int, "nothing", workers=[first]): first,
        client.submit(time.sleep, 4, workers=[second]): second,
    }
    with pytest.raises(ValueError, match="nothing"):
        awaited(client, asked)


def test_a_worker_that_goes_is_not_waited_for(client: Client) -> None:
    """Its part would be done by nobody."""
    first, second = sorted(addresses(client))
    asked = {client.submit(time.sleep, 3, workers=[at]): at for at in (first, second)}
    away = threading.Timer(0.5, client.retire_workers, ([second],), {"close_workers": True})
    away.start()
    with pytest.raises(WorkerLost, match="1 of 2 workers were lost") as caught:
        awaited(client, asked)
    away.join()
    assert {second} == caught.value.lost


def test_a_fit_that_lost_a_worker_begins_anew_and_not_without_end(client: Client) -> None:
    """Whatever address those have that are there then."""
    begun = []

    def fit() -> None:
        begun.append(1)
        raise WorkerLost(frozenset({"tcp://127.0.0.1:1"}), 2)

    with pytest.raises(MachineFault, match="2 times in a row"):
        fitted_together(client, fit, tries=2)
    assert 2 == len(begun)
