"""The only client of the API server."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol
from urllib.parse import urlencode

import aiohttp
from kubernetes.aio import client
from kubernetes.aio.client.exceptions import ApiException

from trainyard.clients.faults import (
    AlreadyExists,
    Conflict,
    NotFound,
    Refused,
    Unavailable,
    fault_of,
)
from trainyard.clients.kinds import JSON, KINDS, Kind
from trainyard.clients.login import authorization
from trainyard.objects import Manifest, ObjectRef, RawObject
from trainyard.ownership import STATUS_WRITER

FIELD_MANAGER = "trainyard"
PAGE = 100
"""Objects of one page of a list: reading it must not hold the event loop for long."""
WARNINGS = 20
"""Events that are read about one object."""
OnAnswer = Callable[[str, str, int], None]
"""Called with verb, kind and HTTP status (0: no answer) after every request."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The objects that existed at `resource_version`, ordered by namespace and name."""

    items: tuple[RawObject, ...]
    resource_version: int


class Cluster(Protocol):
    """Reads and writes objects by kind name; every fault is a `ClusterFault`."""

    async def get(self, kind: str, namespace: str, name: str) -> RawObject | None:
        """Return the object, or None when it does not exist."""
        ...

    async def list(
        self, kind: str, namespace: str = "", labels: Mapping[str, str] | None = None
    ) -> Listing:
        """Return the objects that carry `labels`; no namespace means the whole cluster."""
        ...

    def pages(
        self, kind: str, namespace: str = "", labels: Mapping[str, str] | None = None
    ) -> AsyncIterator[Listing]:
        """Yield the same part by part: each small enough to be read in one go."""
        ...

    async def warnings(self, namespace: str, uid: str) -> Sequence[RawObject]:
        """Return Events of type Warning about the object of that uid, some of them if many."""
        ...

    async def refusal(self, manifest: Manifest) -> str:
        """Return why the object would not be created; empty: it would. Nothing is stored."""
        ...

    async def apply(self, manifest: Manifest) -> RawObject:
        """Make the fields be as in the manifest, whoever owned them, and return the object."""
        ...

    async def apply_new(self, manifest: Manifest) -> RawObject:
        """Apply what is not there yet; raises AlreadyExists when the name is taken."""
        ...

    async def create(self, manifest: Manifest) -> RawObject:
        """Create the object; raises AlreadyExists when the name is taken."""
        ...

    async def patch(self, ref: ObjectRef, changes: Manifest) -> RawObject:
        """Merge the changes; raises Conflict when uid or resource version of `ref` are past."""
        ...

    async def delete(self, ref: ObjectRef) -> None:
        """Delete the object and, in the background, its dependents; one that is gone is fine.

        Raises Conflict when uid or resource version of `ref` are past.
        """
        ...

    async def put_status(self, seen: RawObject, status: Mapping[str, Any]) -> RawObject:
        """Replace the status of the object as it was seen; raises Conflict when it changed."""
        ...


@dataclass(frozen=True, slots=True)
class _Verb:
    name: str
    method: str
    query: tuple[tuple[str, str], ...] = ()
    content_type: str = JSON
    timeout_seconds: float = 10


NO_VERSION = "1"
"""No object has this version: what is applied with it is made, or refused when it is there."""

_STRICT = (("fieldManager", FIELD_MANAGER), ("fieldValidation", "Strict"))
"""A field that the API server does not know is refused, not dropped in silence."""

GET = _Verb("get", "GET")
LIST = _Verb("list", "GET", timeout_seconds=30)
CREATE = _Verb("create", "POST", _STRICT)
TRY = _Verb("try", "POST", (*_STRICT, ("dryRun", "All")))
APPLY = _Verb("apply", "PATCH", (*_STRICT, ("force", "true")), "application/apply-patch+yaml")
PATCH = _Verb("patch", "PATCH", _STRICT, "application/merge-patch+json")
PUT_STATUS = _Verb("put_status", "PUT")
DELETE = _Verb("delete", "DELETE")


class KubernetesCluster:
    """`Cluster` over the official client's aio half.

    Paths come from the table of kinds: no discovery, hence no request that nobody asked for.
    """

    def __init__(
        self,
        configuration: client.Configuration,
        *,
        kinds: Mapping[str, Kind] = KINDS,
        installation: str = "",
        on_answer: OnAnswer | None = None,
        applying: _Verb = APPLY,
    ) -> None:
        """`installation`: the name under which statuses are written. `applying`: as whom."""
        self._configuration = configuration
        self._api = client.ApiClient(configuration)
        self._kinds = kinds
        self._put_status = replace(
            PUT_STATUS, query=(("fieldManager", f"{STATUS_WRITER}{installation}"),)
        )
        self._on_answer = on_answer
        self._applying = applying

    async def close(self) -> None:
        """Close all connections."""
        await self._api.close()

    async def get(self, kind: str, namespace: str, name: str) -> RawObject | None:
        """See Cluster.get."""
        found = self._kinds[kind]
        try:
            return await self._send(GET, found, found.path(namespace, name))
        except NotFound:
            return None

    async def list(
        self, kind: str, namespace: str = "", labels: Mapping[str, str] | None = None
    ) -> Listing:
        """See Cluster.list."""
        items: list[RawObject] = []
        version = 0
        async for page in self.pages(kind, namespace, labels):
            items += page.items
            version = page.resource_version
        return Listing(tuple(items), version)

    async def pages(
        self, kind: str, namespace: str = "", labels: Mapping[str, str] | None = None
    ) -> AsyncIterator[Listing]:
        """See Cluster.pages."""
        found = self._kinds[kind]
        selector = ",".join(f"{key}={value}" for key, value in sorted((labels or {}).items()))
        query = {"limit": str(PAGE)} | ({"labelSelector": selector} if selector else {})
        named = {"kind": kind, "apiVersion": found.api_version}
        while True:
            answer = await self._send(LIST, found, f"{found.path(namespace)}?{urlencode(query)}")
            yield Listing(
                items=tuple({**named, **item} for item in answer.get("items") or ()),
                resource_version=int(answer["metadata"]["resourceVersion"]),
            )
            if not (token := answer["metadata"].get("continue")):
                return
            query["continue"] = token

    async def warnings(self, namespace: str, uid: str) -> Sequence[RawObject]:
        """See Cluster.warnings."""
        found = self._kinds["Event"]
        query = {"fieldSelector": f"involvedObject.uid={uid},type=Warning", "limit": str(WARNINGS)}
        answer = await self._send(LIST, found, f"{found.path(namespace)}?{urlencode(query)}")
        return tuple(answer.get("items") or ())

    async def refusal(self, manifest: Manifest) -> str:
        """See Cluster.refusal."""
        kind, namespace, _ = self._place(manifest)
        try:
            await self._send(TRY, kind, kind.path(namespace), manifest)
        except Refused as fault:
            return fault.message
        return ""

    async def apply(self, manifest: Manifest) -> RawObject:
        """See Cluster.apply."""
        kind, namespace, name = self._place(manifest)
        return await self._send(self._applying, kind, kind.path(namespace, name), manifest)

    async def apply_new(self, manifest: Manifest) -> RawObject:
        """See Cluster.apply_new."""
        guarded = {**manifest["metadata"], "resourceVersion": NO_VERSION}
        try:
            return await self.apply({**manifest, "metadata": guarded})
        except Conflict as fault:
            raise AlreadyExists(fault.request, fault.status, fault.message) from fault

    async def create(self, manifest: Manifest) -> RawObject:
        """See Cluster.create."""
        kind, namespace, _ = self._place(manifest)
        return await self._send(CREATE, kind, kind.path(namespace), manifest)

    async def patch(self, ref: ObjectRef, changes: Manifest) -> RawObject:
        """See Cluster.patch."""
        kind = self._kinds[ref.kind]
        guarded = {**changes, "metadata": {**changes.get("metadata", {}), **_guards(ref)}}
        return await self._send(PATCH, kind, kind.path(ref.namespace, ref.name), guarded)

    async def delete(self, ref: ObjectRef) -> None:
        """See Cluster.delete."""
        kind = self._kinds[ref.kind]
        options = {"propagationPolicy": "Background", "preconditions": _guards(ref)}
        try:
            await self._send(DELETE, kind, kind.path(ref.namespace, ref.name), options)
        except NotFound:
            return

    async def put_status(self, seen: RawObject, status: Mapping[str, Any]) -> RawObject:
        """See Cluster.put_status."""
        kind, namespace, name = self._place(seen)
        version = seen["metadata"]["resourceVersion"]
        body = {
            "apiVersion": kind.api_version,
            "kind": kind.name,
            "metadata": {"namespace": namespace, "name": name, "resourceVersion": version},
            "status": status,
        }
        return await self._send(self._put_status, kind, kind.path(namespace, name, "status"), body)

    def _place(self, manifest: Manifest) -> tuple[Kind, str, str]:
        metadata = manifest["metadata"]
        return self._kinds[manifest["kind"]], metadata.get("namespace", ""), metadata["name"]

    async def _send(
        self, verb: _Verb, kind: Kind, path: str, body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Send one request and return the JSON of its answer; everything else is a fault."""
        named = f"{verb.name} {path}"
        status = 0
        try:
            media_type = kind.media_type(listed=verb is LIST)
            status, data = await self._exchange(verb, path, body, media_type)
        except (ApiException, aiohttp.ClientError, TimeoutError, OSError) as fault:
            raise Unavailable(named, 0, f"{type(fault).__name__} {fault}".strip()) from fault
        finally:
            if self._on_answer:
                self._on_answer(verb.name, kind.name, status)
        if status >= 300:
            raise fault_of(named, status, data)
        try:
            answer: dict[str, Any] = json.loads(data)
        except ValueError as fault:
            raise Unavailable(named, status, "the answer is not JSON") from fault
        return answer

    async def _exchange(
        self, verb: _Verb, path: str, body: Mapping[str, Any] | None, media_type: str
    ) -> tuple[int, bytes]:
        query = f"?{urlencode(verb.query)}" if verb.query else ""
        headers = {
            "Accept": media_type,
            "Content-Type": verb.content_type,
            "User-Agent": FIELD_MANAGER,
            **await authorization(self._configuration),
        }
        answer = await self._api.rest_client.request(
            verb.method,
            f"{self._configuration.host}{path}{query}",
            headers=headers,
            body=body,
            _request_timeout=verb.timeout_seconds,
        )
        return answer.status, await answer.read()


def _guards(ref: ObjectRef) -> dict[str, str]:
    guards = {"uid": ref.uid, "resourceVersion": ref.resource_version}
    return {key: value for key, value in guards.items() if value}
