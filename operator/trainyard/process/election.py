"""Which replica works: the one that holds a Lease.

An elector of our own, because the official library's lets two lead when a connection hangs. Time
is measured by our own monotonic clock from when a change of the Lease was *seen*; clocks of
other machines do not matter.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Any

import structlog

from trainyard.clients.cluster import Cluster
from trainyard.clients.faults import AlreadyExists, ClusterFault, Conflict
from trainyard.objects import ObjectRef, RawObject

log = structlog.get_logger()


class LeaseLost(Exception):
    """Another replica may lead now: nothing may be written any more."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The lease and its times, in seconds."""

    namespace: str
    name: str
    identity: str
    """Of this very process: a restarted one is another."""
    valid: float = 15.0
    """Others may take the lease when they have seen no renewal for this long."""
    give_up: float = 10.0
    """The holder stops by itself when it could not renew for this long."""
    every: float = 2.0


class Elector:
    """Takes the lease, keeps it, gives it back."""

    def __init__(
        self, cluster: Cluster, terms: Terms, clock: Callable[[], float] = monotonic
    ) -> None:
        self._cluster = cluster
        self._terms = terms
        self._clock = clock
        self._seen_version = ""
        self._seen_at = clock()
        self._renewed_at = clock()
        self._ours: RawObject | None = None
        """The lease as we wrote it last: renewed without a look, as others would change it."""

    async def acquire(self) -> None:
        """Return when the lease is ours."""
        while not await self._attempt():  # noqa: ASYNC110 — the event is in another machine
            await asyncio.sleep(self._terms.every)
        log.info("leading", identity=self._terms.identity)

    async def keep(self) -> None:
        """Renew the lease until cancelled; raises LeaseLost before another may have it."""
        while True:
            await asyncio.sleep(self._terms.every)
            left = self._terms.give_up - (self._clock() - self._renewed_at)
            try:
                async with asyncio.timeout(left):
                    held = await self._attempt()
            except TimeoutError:
                held = False
            if not held and self._clock() - self._renewed_at >= self._terms.give_up:
                raise LeaseLost(f"could not renew the lease for {self._terms.give_up:.0f} s")

    async def release(self) -> None:
        """Let the next replica start at once; a failure only makes it wait."""
        try:
            lease = await self._read()
            if lease is not None and self._holder(lease) == self._terms.identity:
                await self._write(lease, holder="")
        except ClusterFault as fault:
            log.warning("lease not released", fault=str(fault))

    async def _attempt(self) -> bool:
        """Tell whether the lease was taken or renewed; raises LeaseLost when another has it."""
        began, lease = self._clock(), self._ours
        self._ours = None
        try:
            lease = lease or await self._read()
            if lease is None:
                self._ours = await self._cluster.create(self._manifest())
            elif self._is_free(lease):
                self._ours = await self._write(lease, self._terms.identity)
            else:
                return False
        except (Conflict, AlreadyExists):
            return False
        except ClusterFault as fault:
            log.warning("lease not renewed", fault=str(fault))
            return False
        self._renewed_at = began
        return True

    def _is_free(self, lease: RawObject) -> bool:
        version = lease["metadata"]["resourceVersion"]
        if version != self._seen_version:
            self._seen_version, self._seen_at = version, self._clock()
        expired = self._clock() - self._seen_at > self._terms.valid
        return self._holder(lease) in {"", self._terms.identity} or expired

    async def _read(self) -> RawObject | None:
        return await self._cluster.get("Lease", self._terms.namespace, self._terms.name)

    async def _write(self, lease: RawObject, holder: str) -> RawObject:
        ref = ObjectRef(
            "Lease",
            self._terms.namespace,
            self._terms.name,
            resource_version=lease["metadata"]["resourceVersion"],
        )
        return await self._cluster.patch(ref, {"spec": self._spec(holder)})

    def _holder(self, lease: RawObject) -> str:
        return lease.get("spec", {}).get("holderIdentity") or ""

    def _manifest(self) -> dict[str, Any]:
        return {
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": {"namespace": self._terms.namespace, "name": self._terms.name},
            "spec": self._spec(self._terms.identity),
        }

    def _spec(self, holder: str) -> dict[str, Any]:
        return {
            "holderIdentity": holder,
            "leaseDurationSeconds": round(self._terms.valid),
            "renewTime": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
        }
