"""What carrying out a plan writes, and what it leaves alone."""

from __future__ import annotations

import copy
import json

import pytest
from acting import MAP, OWNER, Scene, child
from fakes import FakeCluster
from toy_context import NOW, TRAIL
from toys import ToyStatus

from trainyard.clients.faults import ClusterFault, Conflict, Forbidden, NotFound, Unavailable
from trainyard.objects import Manifest, RawObject
from trainyard.reconciling.act import Executor, ForeignChild
from trainyard.reconciling.plan import (
    Action,
    Apply,
    Create,
    EventType,
    Patch,
    Plan,
    PlannedEvent,
)


async def test_apply_writes_once_and_again_only_on_drift() -> None:
    """What is as wanted costs no request, and nobody looks whether the name is free."""
    scene = Scene()
    scene.cluster.faults["get", "ConfigMap"] = Unavailable("get", 503, "who asks?")
    await scene.do(Apply(child({"x": "1"})))
    await scene.do(Apply(child({"x": "1"})))
    await scene.do(Apply(child({"x": "2"})))
    assert ["apply", "apply"] == scene.verbs()


class Listing(FakeCluster):
    """A cluster in which lists of others outlive an apply, as entries with other keys do."""

    async def apply(self, manifest: Manifest) -> RawObject:
        """See Cluster.apply."""
        ports = self.objects[MAP.kind, MAP.namespace, MAP.name]["spec"]["ports"]
        return await super().apply({**manifest, "spec": {"ports": ports}})


async def test_what_somebody_added_to_a_list_is_taken_out() -> None:
    """Once: an apply alone would leave it, and each pass would apply again in vain."""
    scene = Scene()
    added = {**child({}), "spec": {"ports": [{"port": 80}, {"port": 9999}]}}
    scene.cluster = Listing()
    scene.cluster.objects["Toy", "ns", "a"] = dict(OWNER)
    scene.cache.put("ConfigMap", await scene.cluster.create(added))
    wanted = Apply({**child({}), "spec": {"ports": [{"port": 80}]}})
    await scene.do(wanted)
    await scene.do(wanted)
    assert ["create", "apply", "patch"] == scene.verbs()
    found = await scene.cluster.get("ConfigMap", "ns", "child")
    assert found is not None
    assert [{"port": 80}] == found["spec"]["ports"]


async def test_labels_that_somebody_took_away_are_put_back() -> None:
    """A child without them would never be seen again."""
    scene = Scene()
    await scene.cluster.create(child({"x": "old"}))
    labelled = child({"x": "new"})
    labelled["metadata"]["labels"] = {"a": "b"}
    await scene.do(Create(labelled))
    await scene.do(Create(labelled))
    assert ["create", "create", "patch"] == scene.verbs()
    found = await scene.cluster.get("ConfigMap", "ns", "child")
    assert found is not None
    assert ({"a": "b"}, {"x": "old"}) == (found["metadata"]["labels"], found["data"])


async def test_apply_takes_up_its_own_child_that_the_cache_does_not_know() -> None:
    """It was made right before a crash, or its label was taken off."""
    scene = Scene()
    await scene.cluster.create(child({"x": "old"}))
    await scene.do(Apply(child({"x": "new"})))
    found = await scene.cluster.get("ConfigMap", "ns", "child")
    assert found is not None
    assert {"x": "new"} == found["data"]


async def test_apply_leaves_a_child_that_is_going_alone() -> None:
    """Its deletion wakes us, and then it is made anew."""
    scene = Scene()
    going = child({})
    going["metadata"]["deletionTimestamp"] = "2026-01-02T03:04:05Z"
    scene.cache.put("ConfigMap", await scene.cluster.create(going))
    scene.cluster.writes.clear()
    await scene.do(Apply(child({"x": "1"})))
    assert [] == scene.verbs()


@pytest.mark.parametrize(
    "action",
    [
        pytest.param(Apply(child({})), id="apply"),
        pytest.param(Create(child({})), id="create"),
    ],
)
async def test_the_child_of_another_owner_is_refused(action: Action) -> None:
    """Also of an owner of the same name that lived before: the uid counts."""
    scene = Scene()
    await scene.cluster.create(child({}, owner="another"))
    with pytest.raises(
        ForeignChild, match="ConfigMap ns/child exists and belongs to somebody else"
    ):
        await scene.do(action)


@pytest.mark.parametrize("action", [Apply, Create])
async def test_an_orphan_of_ours_is_told_how_to_come_back(action: type[Apply | Create]) -> None:
    """A restored backup has no owners; the command in the sentence gives the child back."""
    scene = Scene()
    labelled = child({})
    labelled["metadata"]["labels"] = {"app.kubernetes.io/managed-by": "trainyard"}
    orphan = copy.deepcopy(labelled)
    del orphan["metadata"]["ownerReferences"]
    await scene.cluster.create(orphan)
    with pytest.raises(ForeignChild) as refused:
        await scene.do(action(labelled))
    command = str(refused.value).partition("give it back by ")[2]
    start, _, changes = command.partition(" -p ")
    assert start == "kubectl -n ns patch configmap child --type merge"
    await scene.cluster.patch(MAP, json.loads(changes.strip("'")))
    await scene.do(action(labelled))


async def test_create_is_content_with_its_own_child() -> None:
    """A crash between creating and remembering is no fault, whether the cache knows or not."""
    scene = Scene()
    await scene.cluster.create(child({"x": "old"}))
    await scene.do(Create(child({"x": "new"})))
    found = await scene.cluster.get("ConfigMap", "ns", "child")
    assert found is not None
    assert {"x": "old"} == found["data"]


async def test_what_has_no_controller_is_known_by_its_name() -> None:
    """ModelVersions outlive the TrainingJob; finding one is as good as making it."""
    scene = Scene()
    version = child({"x": "1"})
    del version["metadata"]["ownerReferences"]
    await scene.do(Create(version))
    await scene.do(Create(version))
    assert ["create"] == scene.verbs()


@pytest.mark.parametrize(
    "current",
    [
        pytest.param(None, id="it is gone"),
        pytest.param({"uid": "another"}, id="it was made again under the same name"),
        pytest.param({"deletionTimestamp": "2026-01-02T03:04:05Z"}, id="it is going"),
    ],
)
@pytest.mark.parametrize(
    "action",
    [
        pytest.param(Apply(child({})), id="apply"),
        pytest.param(Create(child({})), id="create"),
    ],
)
async def test_nothing_is_made_for_an_owner_that_is_gone(
    action: Action, current: dict[str, str] | None
) -> None:
    """The deletion of children may be seen before that of their owner."""
    scene = Scene()
    if current is None:
        del scene.cluster.objects["Toy", "ns", "a"]
    else:
        changed = {**OWNER, "metadata": {**OWNER["metadata"], **current}}
        scene.cluster.objects["Toy", "ns", "a"] = changed
    with pytest.raises(Conflict):
        await scene.do(action)
    assert [] == scene.verbs()


async def test_patch_is_skipped_when_nothing_would_change() -> None:
    """Replicas that are right are not written again."""
    scene = Scene()
    await scene.do(Apply(child({"x": "1"})))
    await scene.do(Patch(MAP, {"data": {"x": "1"}}))
    await scene.do(Patch(MAP, {"data": {"x": "2"}}))
    assert ["apply", "patch"] == scene.verbs()


async def test_a_patch_of_what_is_gone_is_a_conflict() -> None:
    """The decision was taken on an old view: look again."""
    with pytest.raises(Conflict):
        await Scene().do(Patch(MAP, {"data": {"x": "1"}}))


EVENT = PlannedEvent(EventType.NORMAL, "Painted", "red")


async def test_a_repeated_event_is_counted() -> None:
    """Two of the same are one object with count 2."""
    scene = Scene()
    await scene.do(events=(EVENT,))
    await scene.do(events=(EVENT,))
    (found,) = (await scene.cluster.list("Event", "ns")).items
    assert 2 == found["count"]


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Forbidden("create", 403, "namespace is terminating"), id="forbidden"),
        pytest.param(Unavailable("create", 503, "later"), id="unavailable"),
        pytest.param(NotFound("create", 404, "no namespace"), id="no namespace"),
    ],
)
async def test_an_event_that_cannot_be_recorded_holds_nobody_up(fault: ClusterFault) -> None:
    """It is logged; the deeds count."""
    scene = Scene()
    scene.cluster.faults["create", "Event"] = fault
    await scene.do(Apply(child({"x": "1"})), events=(EVENT,))
    assert ["apply", "create"] == scene.verbs()


PAINTED = PlannedEvent(EventType.NORMAL, "Painted", "now red")


async def test_a_decision_on_record_is_told_though_its_deed_failed() -> None:
    """The next pass finds it in the status, and would not tell of it."""
    scene = Scene()
    scene.cluster.faults["apply", "ConfigMap"] = Unavailable("apply", 503, "later")
    plan = Plan(status=ToyStatus(color="red"), actions=(Apply(child({})),), events=(PAINTED,))
    with pytest.raises(Unavailable):
        await Executor(scene.cluster, scene.cache, TRAIL).carry_out(plan, OWNER, NOW)
    assert ["put_status", "apply", "create"] == scene.verbs()


async def test_a_decision_that_is_not_on_record_is_not_told() -> None:
    """It is taken again."""
    scene = Scene()
    scene.cluster.faults["put_status", "Toy"] = Unavailable("put", 503, "later")
    plan = Plan(status=ToyStatus(color="red"), events=(PAINTED,))
    with pytest.raises(Unavailable):
        await Executor(scene.cluster, scene.cache, TRAIL).carry_out(plan, OWNER, NOW)
    assert ["put_status"] == scene.verbs()


async def test_an_owner_that_went_in_the_middle_of_a_pass_is_no_fault() -> None:
    """Nothing is left to be done for it."""
    scene = Scene()
    scene.cluster.objects.clear()
    with pytest.raises(Conflict):
        await Executor(scene.cluster, scene.cache, TRAIL).write_status(OWNER, {"color": "red"})
