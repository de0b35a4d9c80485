"""Reconciles one object after the other, and says how each pass ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import StrEnum
from time import monotonic

import structlog

from trainyard.clients.faults import ClusterFault, Conflict
from trainyard.reconciling.act import ForeignChild
from trainyard.reconciling.once import MENDABLE, Context, reconcile_once
from trainyard.reconciling.queue import (
    MENDABLE_SECONDS,
    OUTAGE_SECONDS,
    Key,
    QueueClosed,
    WorkQueue,
)

PASS_SECONDS = 60
"""A pass that takes longer is given up: one object may not keep a worker for ever."""

log = structlog.get_logger()


class Outcome(StrEnum):
    """How a pass ended."""

    DONE = "done"
    CONFLICT = "conflict"
    """Somebody was faster; decided again on the newer object. Normal life."""
    FAULT = "fault"
    """The API server, or a foreign child, stood against it."""
    DEFECT = "defect"
    """Our own code failed."""


OnPass = Callable[[str, Outcome, float], None]
"""Called with controller, outcome and seconds after every pass."""


async def work(queue: WorkQueue, context: Context, on_pass: OnPass) -> None:
    """Take keys and reconcile them until the queue closes; no fault of one object ends it."""
    while True:
        try:
            key = await queue.take()
        except QueueClosed:
            return
        with structlog.contextvars.bound_contextvars(
            controller=key.controller, namespace=key.namespace, name=key.name
        ):
            began = monotonic()
            outcome = await _pass(queue, context, key)
            on_pass(key.controller, outcome, monotonic() - began)
        await asyncio.sleep(0)  # a pass over a settled object waits for nothing itself


async def _pass(queue: WorkQueue, context: Context, key: Key) -> Outcome:
    try:
        async with asyncio.timeout(PASS_SECONDS):
            again = await reconcile_once(context, key)
    except Conflict as fault:
        log.info("decided again", why=str(fault), again_after=queue.conflicted(key))
        return Outcome.CONFLICT
    except (ClusterFault, ForeignChild, TimeoutError) as fault:
        mendable = isinstance(fault, tuple(MENDABLE))
        wait = queue.failed(key, MENDABLE_SECONDS if mendable else OUTAGE_SECONDS)
        log.warning("pass failed", fault=str(fault) or "took too long", again_after=wait)
        return Outcome.FAULT
    except Exception:  # a defect in one slice may not stop the others
        log.exception("pass failed by a defect", again_after=queue.failed(key))
        return Outcome.DEFECT
    queue.done(key, again.total_seconds() if again is not None else None)
    return Outcome.DONE
