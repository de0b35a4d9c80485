"""What becomes of the operator's process when its watches end, in one way or another."""

from __future__ import annotations

import time

import pytest
from cluster.proxy import Fault, error_event
from cluster.rig import Operator, Yard

from trainyard.objects import ObjectRef
from trainyard.reconciling.resync import BACKSTOP_SECONDS

pytestmark = pytest.mark.cluster


async def test_cut_watches_resume(here: Yard, operator: Operator) -> None:
    """Changes made while and after watches were cut are seen."""
    await here.apply_toy("a", color="red")
    await here.settled({"a": "red"})
    here.proxy.cut_watches()
    await here.apply_toy("a", color="blue")
    await here.settled({"a": "blue"})


async def test_silent_watches_are_left(here: Yard, operator: Operator) -> None:
    """What they never told of is seen once their time is over."""
    await here.apply_toy("a", color="red")
    await here.settled({"a": "red"})
    here.proxy.silence_watches()
    await here.apply_toy("a", color="blue")
    begun = time.monotonic()
    await here.settled({"a": "blue"})
    assert time.monotonic() - begun < BACKSTOP_SECONDS / 2, "something else has told of it"


@pytest.mark.parametrize(
    "last_words",
    [
        *(pytest.param(error_event(code), id=f"error {code}") for code in (401, 429, 500, 503)),
        pytest.param(b"<html>\n", id="garbage"),
        pytest.param(b'{"type":"ADDED","obj', id="half a line"),
    ],
)
async def test_a_watch_that_ends_by_a_fault_ends_the_process(here: Yard, last_words: bytes) -> None:
    """It would go on, lead, and see nothing: it ends, and the next one, which need not wait for
    the lease, sees everything.
    """
    operator = here.operator(lease=True)
    await operator.start()
    await here.apply_toy("a", color="red")
    await here.settled({"a": "red"})
    here.proxy.last_words = last_words
    here.proxy.cut_watches()
    assert 1 == await operator.exit_code()
    lease = await here.cluster.get("Lease", here.namespace, "trainyard-default")
    assert lease
    assert "" == lease["spec"]["holderIdentity"]
    await here.apply_toy("a", color="blue")
    await operator.start()
    await here.settled({"a": "blue"})


async def test_what_vanished_while_nobody_watched_is_no_ghost(
    here: Yard, operator: Operator
) -> None:
    """After a relist a deleted owner is forgotten: its children are not made again."""
    await here.apply_toy("a", color="red")
    await here.apply_toy("b", color="red")
    await here.settled({"a": "red", "b": "red"})
    here.proxy.stale = True
    here.proxy.faults.append(lists_fail := Fault(503, "GET", "/(toys|configmaps|jobs)"))
    here.proxy.cut_watches()
    await here.delete_toy("a")
    await here.cluster.delete(ObjectRef("ConfigMap", here.namespace, "a-color"))
    await here.settled({"b": "red"})  # the garbage collector did that
    before = len(here.proxy.writes())
    here.proxy.stale = False
    here.proxy.faults.remove(lists_fail)
    await here.apply_toy("b", color="blue")
    await here.settled({"b": "blue"})
    writes = here.proxy.writes()[before:]
    assert not [write for write in writes if "/a" in write.path.rpartition(here.namespace)[2]]
