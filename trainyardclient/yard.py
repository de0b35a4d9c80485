"""A namespace of a cluster, for a notebook: apply, wait for the verdict, read the runs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from trainyard.api.base import Resource
from trainyardclient.manifests import Declared, manifest_of
from trainyardclient.run_table import RunTable, run_table
from trainyardctl.connection import Connection, Place, connected
from trainyardctl.names import ObjectName, object_name
from trainyardctl.outcome import Outcome, Stand, stand_of

T = TypeVar("T")
LOOK_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Yard:
    """Where things are applied, with your own kubeconfig and rights; empty: what it says.

    Faults are NoCluster and ClusterFault of `trainyardctl` and `trainyard.clients`.
    """

    namespace: str = ""
    context: str = ""
    kubeconfig: str = ""

    def apply(self, *objects: Declared) -> None:
        """Make the objects be in the namespace as they are declared, in this order.

        A field that somebody else applied otherwise is a Conflict, which names it.
        """

        async def applied(there: Connection) -> None:
            for found in objects:
                await there.apply(manifest_of(found))

        self._through(applied)

    def wait(self, what: Resource | str, *, timeout: float = 3600) -> Stand:
        """Return how it stands once it is not under way any more, or when the seconds are over.

        Of a TrainingJob that is what the gates said of its last run. `what` is a declared object
        or `<kind>/<name>`.
        """
        wanted = _named(what)
        until = time.monotonic() + timeout
        while True:
            stand = stand_of(self._through(lambda there: there.get(wanted)))
            if stand.outcome is not Outcome.UNDER_WAY or time.monotonic() >= until:
                return stand
            time.sleep(LOOK_SECONDS)

    def runs(self, job: Resource | str) -> RunTable:
        """Return the runs of a TrainingJob with their metrics, newest first."""
        wanted = ObjectName("TrainingJob", job) if isinstance(job, str) else _named(job)

        async def read(there: Connection) -> RunTable:
            snapshot = await there.snapshot()
            found = snapshot.find(wanted)
            return run_table(found or {}, snapshot.versions_of(wanted.name))

        return self._through(read)

    def _through(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        """Return what the work gives; in a thread, as the thread of a notebook has a loop."""

        async def done() -> T:
            place = Place(self.kubeconfig, self.context, self.namespace)
            async with connected(place) as there:
                return await work(there)

        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, done()).result()


def _named(what: Resource | str) -> ObjectName:
    if isinstance(what, str):
        return object_name(what)
    return ObjectName(what.definition.kind, what.metadata.name)
