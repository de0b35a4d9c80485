"""Who shares the work of a fit, and what if one of them goes?

The scheduler is in this process; workers are other pods of the run, which look for it by name.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from distributed import Client, Future, LocalCluster, Worker, wait

from trainer.pod.exits import MachineFault, Reason

SCHEDULER = "TRAINYARD_SCHEDULER"
"""The variable by which a worker knows the scheduler."""
PORT = 8786
PATIENCE_SECONDS = 600
"""So long all workers are waited for; after that those that are there begin."""
TRIES = 3
"""So often a fit begins anew because a worker was lost: what it held is read again by others."""
LOOK_SECONDS = 1.0
"""So often it is looked whether workers are still there."""
RESTART_DELAY_SECONDS = 0.1
"""A worker that is to begin anew answers first that it will."""

Found = TypeVar("Found")


class WorkerLost(MachineFault):
    """Workers went, or wait for one that went, before they did their part."""

    def __init__(self, lost: frozenset[str], count: int) -> None:
        super().__init__(Reason.UNEXPECTED, f"{len(lost)} of {count} workers were lost")
        self.lost = lost


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
            # None would be port 8787 on every address; nobody asks for these pages.
            dashboard_address="127.0.0.1:0",
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
            gone = error.lost if isinstance(error, WorkerLost) else before - addresses(client)
            if not gone:
                raise
            lost = f"{len(gone)} of {len(before)} workers were lost ({type(error).__name__})"
            sys.stderr.write(f"{lost}: the fit begins anew with those that are left\n")
            _await(client, 1, PATIENCE_SECONDS)
    raise MachineFault(
        Reason.UNEXPECTED,
        f"{lost}, {tries} times in a row: see what ended the pods of the workers' Job",
    )


def awaited(client: Client, asked: Mapping[Future[Any], str]) -> None:
    """All futures are done, each by the worker that is named with it.

    Raises what one of them raised; WorkerLost when a worker goes before: no other one may do its
    part, so it would be waited for without end.
    """
    needed = frozenset(asked.values())
    while True:
        with suppress(TimeoutError):
            wait(list(asked), timeout=LOOK_SECONDS)
        failed = [future for future in asked if future.status == "error"]
        if failed:
            # That another worker is gone may be known a moment after it made this one fail.
            time.sleep(LOOK_SECONDS)
        if lost := needed - addresses(client):
            raise WorkerLost(lost, len(needed))
        if failed:
            failed[0].result()
        if all(future.done() for future in asked):
            return


def begun_anew(client: Client, patience: float = PATIENCE_SECONDS) -> None:
    """The processes of all workers that are there began anew, and are there again.

    Nothing else ends what a thread of them waits for. Raises MachineFault when none comes again.
    """
    before = addresses(client)
    client.run(begin_anew, on_error="ignore")
    deadline = time.monotonic() + patience
    while before & addresses(client) and time.monotonic() < deadline:
        time.sleep(RESTART_DELAY_SECONDS)
    if before:
        _await(client, len(before), patience)


def begin_anew(dask_worker: Worker) -> None:
    """The worker's process runs the same program from its beginning, as soon as it has said so."""
    del dask_worker  # Dask's word for: run this on the worker.
    asyncio.get_running_loop().call_later(
        RESTART_DELAY_SECONDS, os.execv, sys.executable, sys.orig_argv
    )


def end_well(dask_worker: Worker) -> None:
    """The worker knows that its work is over, and looks for no other scheduler."""
    dask_worker.is_over = True  # type: ignore[attr-defined]
