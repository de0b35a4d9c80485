"""What goes over the wire, seen by a real HTTP server."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from kubernetes.aio import client

from trainyard.clients.cluster import KubernetesCluster
from trainyard.clients.faults import AlreadyExists, Conflict, Unavailable
from trainyard.objects import ObjectRef

JOB = {
    "apiVersion": "batch/v1",
    "kind": "Job",
    "metadata": {"namespace": "ns", "name": "a", "resourceVersion": "7"},
}
REF = ObjectRef("Job", "ns", "a", uid="u", resource_version="7")


@dataclass(slots=True)
class ApiServer:
    """Remembers the last request and gives the answer that the test chose."""

    status: int = 200
    body: Any = field(default_factory=dict)
    method: str = ""
    url: str = ""
    sent: Any = None
    content_type: str = ""

    async def answer(self, request: web.Request) -> web.Response:
        """Remember and answer."""
        self.method, self.url = request.method, request.path_qs
        self.content_type = request.content_type
        text = await request.text()
        self.sent = json.loads(text) if text else None
        text = self.body if isinstance(self.body, str) else json.dumps(self.body)
        return web.Response(status=self.status, text=text)


@pytest.fixture
def api() -> ApiServer:
    """Give the server's memory and tongue."""
    return ApiServer()


@pytest.fixture
def counted() -> list[tuple[str, str, int]]:
    """Give the list that every request is counted in."""
    return []


@pytest.fixture
async def cluster(
    api: ApiServer, counted: list[tuple[str, str, int]]
) -> AsyncIterator[KubernetesCluster]:
    """Give a client that talks to the server."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", api.answer)
    async with TestServer(app) as server:
        configuration = client.Configuration(host=str(server.make_url("")).rstrip("/"))
        configuration.api_key["BearerToken"] = "bearer token"
        made = KubernetesCluster(
            configuration, installation="ns/i", on_answer=lambda *one: counted.append(one)
        )
        yield made
        await made.close()


async def test_apply_is_server_side_and_forced(cluster: KubernetesCluster, api: ApiServer) -> None:
    """Our fields are ours, whoever set them; unknown fields are refused."""
    await cluster.apply(JOB)
    assert "PATCH" == api.method
    assert "application/apply-patch+yaml" == api.content_type
    assert (
        "/apis/batch/v1/namespaces/ns/jobs/a"
        "?fieldManager=trainyard&fieldValidation=Strict&force=true"
    ) == api.url
    assert JOB == api.sent


async def test_what_is_new_is_applied_with_a_version_that_nothing_has(
    cluster: KubernetesCluster, api: ApiServer
) -> None:
    """The API server makes the object, or refuses because there is one."""
    await cluster.apply_new(JOB)
    assert "1" == api.sent["metadata"]["resourceVersion"]
    api.status, api.body = 409, {"reason": "Conflict", "message": "modified"}
    with pytest.raises(AlreadyExists):
        await cluster.apply_new(JOB)


async def test_a_status_is_put_alone_and_guarded(
    cluster: KubernetesCluster, api: ApiServer
) -> None:
    """Only the version that was seen may be overwritten, and nothing but the status."""
    await cluster.put_status({**JOB, "spec": {"secret": "x"}}, {"done": True})
    assert ("PUT", {**JOB, "status": {"done": True}}) == (api.method, api.sent)
    path = "/apis/batch/v1/namespaces/ns/jobs/a/status"
    assert f"{path}?fieldManager=trainyard/ns/i" == api.url


async def test_a_delete_is_guarded_and_takes_the_dependents(
    cluster: KubernetesCluster, api: ApiServer
) -> None:
    """Only the object that was looked at goes."""
    await cluster.delete(REF)
    assert {
        "propagationPolicy": "Background",
        "preconditions": {"uid": "u", "resourceVersion": "7"},
    } == api.sent


async def test_a_patch_is_a_guarded_merge(cluster: KubernetesCluster, api: ApiServer) -> None:
    """Strategic merge would be refused for our kinds."""
    await cluster.patch(REF, {"spec": {"replicas": 2}, "metadata": {"labels": {"x": "y"}}})
    assert "application/merge-patch+json" == api.content_type
    assert {
        "spec": {"replicas": 2},
        "metadata": {"labels": {"x": "y"}, "uid": "u", "resourceVersion": "7"},
    } == api.sent


async def test_a_list_says_what_its_items_are(cluster: KubernetesCluster, api: ApiServer) -> None:
    """The API server leaves kind and version out of the items."""
    api.body = {"metadata": {"resourceVersion": "42"}, "items": [{"metadata": {"name": "a"}}]}
    found = await cluster.list("Job", "ns", {"b": "2", "a": "1"})
    assert "/apis/batch/v1/namespaces/ns/jobs?limit=100&labelSelector=a%3D1,b%3D2" == api.url
    assert 42 == found.resource_version
    assert ({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "a"}},) == found.items


async def test_a_long_list_comes_in_pages(cluster: KubernetesCluster, api: ApiServer) -> None:
    """The token of each leads to the next, and the last has none."""
    metadata = {"resourceVersion": "42"}
    names = []
    api.body = {
        "metadata": {**metadata, "continue": "more"},
        "items": [{"metadata": {"name": "a"}}],
    }
    async for page in cluster.pages("Job", "ns"):
        names += [raw["metadata"]["name"] for raw in page.items]
        api.body = {"metadata": metadata, "items": [{"metadata": {"name": "b"}}]}
    assert ["a", "b"] == names
    assert "/apis/batch/v1/namespaces/ns/jobs?limit=100&continue=more" == api.url


async def test_warnings_are_those_about_one_object(
    cluster: KubernetesCluster, api: ApiServer
) -> None:
    """Few of them: the newest are asked for their reason alone."""
    api.body = {"items": [{"reason": "FailedCreate"}]}
    assert await cluster.warnings("ns", "u-1") == ({"reason": "FailedCreate"},)
    assert api.url == (
        "/api/v1/namespaces/ns/events"
        "?fieldSelector=involvedObject.uid%3Du-1,type%3DWarning&limit=20"
    )


async def test_absence_is_no_fault(cluster: KubernetesCluster, api: ApiServer) -> None:
    """A get of what is not there is None, a delete of it is done."""
    api.status = 404
    assert await cluster.get("Job", "ns", "a") is None
    await cluster.delete(REF)


@pytest.mark.parametrize(
    ("status", "body", "fault"),
    [
        pytest.param(409, {"reason": "AlreadyExists"}, AlreadyExists, id="taken"),
        pytest.param(409, {"reason": "Conflict"}, Conflict, id="modified"),
        pytest.param(503, "<html>busy", Unavailable, id="busy"),
        pytest.param(200, "<html>login", Unavailable, id="an answer that is not JSON"),
    ],
)
async def test_faults_are_ours(
    cluster: KubernetesCluster, api: ApiServer, status: int, body: Any, fault: type[Exception]
) -> None:
    """Nobody beyond this module knows the library's exceptions."""
    api.status, api.body = status, body
    with pytest.raises(fault, match="create /apis/batch/v1/namespaces/ns/jobs"):
        await cluster.create(JOB)


async def test_no_answer_is_unavailable_and_counted(counted: list[tuple[str, str, int]]) -> None:
    """A refused connection is a fault like any other."""
    cluster = KubernetesCluster(
        client.Configuration(host="http://127.0.0.1:1"),
        on_answer=lambda *one: counted.append(one),
    )
    with pytest.raises(Unavailable):
        await cluster.get("Job", "ns", "a")
    await cluster.close()
    assert [("get", "Job", 0)] == counted


async def test_every_answer_is_counted(
    cluster: KubernetesCluster, api: ApiServer, counted: list[tuple[str, str, int]]
) -> None:
    """With verb, kind and status."""
    await cluster.apply(JOB)
    api.status = 404
    await cluster.get("Job", "ns", "a")
    assert [("apply", "Job", 200), ("get", "Job", 404)] == counted
