"""What somebody changed in a Deployment of ours."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from builders_serving import INSTALLATION
from serving_yard import ServingYard

from trainyard.model_deployments.observed import observed_from
from trainyard.model_deployments.owned_objects import owned_objects_of
from trainyard.model_deployments.revision.hand_edits import hand_edit, restored
from trainyard.model_deployments.source import Wanted
from trainyard.reconciling.manifest_diff import contains
from trainyard.reconciling.plan import Patch

POD = {"nodeSelector": {"disk": "ssd"}, "resources": {"limits": {"memory": "1Gi"}}}


async def serving(pod: dict[str, Any] | None = None) -> ServingYard:
    """Return a yard in which version a serves, with these settings of its pods."""
    yard = ServingYard(spec={"pod": pod or POD})
    yard.publish("a")
    await yard.run(20)
    return yard


def _pod(deployment: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = deployment["spec"]["template"]["spec"]
    return found


def _server(deployment: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = _pod(deployment)["containers"][0]
    return found


EDITS: list[tuple[str, Callable[[dict[str, Any]], object]]] = [
    ("image is evil:1", lambda d: _server(d).update(image="evil:1")),
    ("variable DEBUG is set", lambda d: _server(d)["env"].append({"name": "DEBUG", "value": "1"})),
    ("command is set", lambda d: _server(d).update(command=["sh"])),
    ("resources are", lambda d: _server(d)["resources"]["limits"].update(memory="2Gi")),
    ("resources are", lambda d: _server(d)["resources"]["limits"].update(cpu="1")),
    ("nodeSelector is", lambda d: _pod(d)["nodeSelector"].update(zone="b")),
    ("priorityClassName is", lambda d: _pod(d).update(priorityClassName="high")),
    ("container server is missing", lambda d: _pod(d).update(containers=[])),
    ("TRAINYARD_BUNDLE_DIGEST is None", lambda d: _server(d).update(env=[])),
]


@pytest.mark.parametrize(
    ("sentence", "edit"), EDITS, ids=[f"{n} {s}" for n, (s, _) in enumerate(EDITS)]
)
async def test_an_edit_is_told_and_put_back(
    sentence: str, edit: Callable[[dict[str, Any]], object]
) -> None:
    """A warning says what it was; afterwards the pods are as recorded, and nothing is written."""
    yard = await serving()
    key = ("Deployment", yard.name("a"))
    before = copy.deepcopy(yard.objects[key])
    edit(yard.objects[key])
    plan = await yard.once()
    assert [e for e in plan.events if e.reason == "ChildRestored" and sentence in e.message]
    await yard.run(3)
    assert before["spec"]["template"] == yard.objects[key]["spec"]["template"]
    assert not [a for a in (await yard.once()).actions if isinstance(a, Patch)]


async def test_the_collector_that_has_the_keys_is_put_back() -> None:
    """An image of one's own in its place would have them; so is one that was taken out."""
    yard = ServingYard(spec={"pod": POD, "monitoring": {"capture": {}}})
    yard.publish("a")
    await yard.run(20)
    key = ("Deployment", yard.name("a"))
    before = copy.deepcopy(yard.objects[key])
    for containers in ([{"name": "collector", "image": "evil:1"}], []):
        _pod(yard.objects[key])["containers"][1:] = containers
        plan = await yard.once()
        (told,) = (e.message for e in plan.events if e.reason == "ChildRestored")
        assert "recorded is trainyard/training:1" in told
        await yard.run(3)
        assert before["spec"]["template"] == yard.objects[key]["spec"]["template"]


async def test_what_another_operator_rendered_is_no_edit() -> None:
    """Other probes, another image for fetching, a variable of ours that went or came."""
    yard = await serving()
    deployment = yard.objects["Deployment", yard.name("a")]
    _server(deployment)["readinessProbe"] = {"periodSeconds": 9}
    _server(deployment)["env"].append({"name": "TRAINYARD_NEW", "value": "1"})
    _pod(deployment)["initContainers"][0]["image"] = "older:1"
    assert not [e for e in (await yard.once()).events if e.reason == "ChildRestored"]


async def test_defaults_of_the_api_server_are_no_edit() -> None:
    """Nor quantities that it writes in another way."""
    yard = await serving({"resources": {"requests": {"cpu": "0.5"}}, "tolerations": [{"key": "a"}]})
    deployment = yard.objects["Deployment", yard.name("a")]
    _server(deployment)["resources"]["requests"]["cpu"] = "500m"
    _pod(deployment)["tolerations"][0]["operator"] = "Equal"
    owned = await owned_objects_of(yard.resource, yard)
    seen = observed_from(yard.resource, INSTALLATION, Wanted("", ""), owned)
    assert {} == dict(seen.hand_edits)
    assert "" == hand_edit(seen.records[yard.name("a")], deployment)


def test_what_is_to_go_is_named() -> None:
    """A merge would leave it."""
    wanted = {"spec": {"containers": [], "nodeSelector": {"a": "1"}}}
    spec = {"containers": [], "nodeSelector": {"a": "1", "b": "2"}, "priorityClassName": "high"}
    found = {"spec": {"template": {"spec": spec}}}
    changes = restored(wanted, found)
    assert {"a": "1", "b": None} == changes["spec"]["nodeSelector"]
    assert changes["spec"]["priorityClassName"] is None
    assert contains(changes, found["spec"]["template"]) is not None
