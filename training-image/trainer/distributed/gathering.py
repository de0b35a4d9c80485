"""Who shares the work of a fit, and what if one of them goes?

The scheduler is in this process; workers are other pods of the run, which look for it by name.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from distributed import Client, LocalCluster, Worker

from trainer.pod.exits import MachineFault, Reason

SCHEDULER = "TRAINYARD_SCHEDULER"
"""The variable by which a worker knows the scheduler."""
PORT = 8786
PATIENCE_SECONDS = 600
"""So long all workers are waited for; after that those that are there begin."""
TRIES = 3
"""So often a fit begins anew because a worker was lost: what it held is read again by others."""

Found = TypeVar("Found")


@contextmanager
def workers(wanted: int, port: int = PORT, patience: float = PATIENCE_SECONDS) -> Iterator[Client]:
    """A client of the scheduler that has the workers; they end with it.

    Raises MachineFault(Unexpected) when none comes.
    """
    with (
        LocalCluster(
            n_workers=0,
            processes=False,
            protocol="tcp://",
            # On every address: a NetworkPolicy admits the pods of the run alone.
            host="0.0.0.0",
            scheduler_port=port,
            dashboard_address=None,
        ) as cluster,
        Client(cluster, set_as_default=True) as client,
    ):
        _await(client, wanted, patience)
        yield client
        client.run(end_well, wait=True, on_error="ignore")


def _await(client: Client, wanted: int, patience: float) -> None:
    try:
        client.wait_for_workers(wanted, timeout=patience)
    except TimeoutError:
        there = len(addresses(client))
        if not there:
            raise MachineFault(
                Reason.UNEXPECTED,
                f"none of {wanted} workers came within {patience:g} s: see what keeps the pods of"
                " the workers' Job from starting",
            ) from None
        sys.stderr.write(f"{there} of {wanted} workers came: these fit the model\n")


def addresses(client: Client) -> frozenset[str]:
    """The workers that are there."""
    return frozenset(client.nthreads())


def threads(client: Client) -> int:
    """How much is worked at a time."""
    return sum(client.nthreads().values())


def fitted_together(client: Client, fit: Callable[[], Found], tries: int = TRIES) -> Found:
    """What `fit` gives; it begins anew when it failed and a worker was lost meanwhile.

    Raises what `fit` raises where none was lost; MachineFault(Unexpected) when that came too often.
    """
    lost = ""
    for _ in range(tries):
        before = addresses(client)
        try:
            return fit()
        except Exception as error:
            gone = before - addresses(client)
            if not gone:
                raise
            lost = f"{len(gone)} of {len(before)} workers were lost ({type(error).__name__})"
            sys.stderr.write(f"{lost}: the fit begins anew with those that are left\n")
            _await(client, 1, PATIENCE_SECONDS)
    raise MachineFault(
        Reason.UNEXPECTED,
        f"{lost}, {tries} times in a row: see what ended the pods of the workers' Job",
    )


def end_well(dask_worker: Worker) -> None:
    """The worker knows that its work is over, and looks for no other scheduler."""
    dask_worker.is_over = True  # type: ignore[attr-defined]
