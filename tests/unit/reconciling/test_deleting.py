"""What is deleted: the object that was looked at, and once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from acting import MAP, Scene, child

from trainyard.clients.faults import Conflict
from trainyard.objects import ObjectRef
from trainyard.reconciling.plan import Apply, Delete


async def test_delete_spares_another_object_of_that_name() -> None:
    """The uid that was looked at is the one that is deleted."""
    scene = Scene()
    await scene.cluster.create(child({}))
    with pytest.raises(Conflict):
        await scene.do(Delete(ObjectRef("ConfigMap", "ns", "child", uid="an older one")))
    await scene.do(Delete(ObjectRef("ConfigMap", "ns", "not there")))
    assert await scene.cluster.get("ConfigMap", "ns", "child") is not None


async def test_what_was_deleted_is_not_deleted_again_before_its_watch_tells() -> None:
    """Watches of several kinds tell at times of their own; a new object of that name may go."""
    scene = Scene()
    await scene.do(Apply(child({})))
    found = scene.cache.get(MAP.kind, MAP.namespace, MAP.name)
    assert found is not None
    gone = Delete(replace(MAP, uid=found["metadata"]["uid"]))
    await scene.do(gone)
    await scene.do(gone)
    assert ["apply", "delete"] == scene.verbs()
    again = await scene.cluster.create(child({}))
    scene.cache.put(MAP.kind, again)
    await scene.do(Delete(replace(MAP, uid=again["metadata"]["uid"])))
    assert ["apply", "delete", "create", "delete"] == scene.verbs()
