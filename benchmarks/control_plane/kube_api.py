"""Plain requests to the API server, as users, controllers and kubelets make them."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

Raw = dict[str, Any]

MERGE = {"Content-Type": "application/merge-patch+json"}
_OURS = "/apis/trainyard.dev/v1alpha1"
_PREFIXES = {
    "Dataset": (_OURS, "datasets"),
    "TrainingJob": (_OURS, "trainingjobs"),
    "ModelVersion": (_OURS, "modelversions"),
    "ModelDeployment": (_OURS, "modeldeployments"),
    "Job": ("/apis/batch/v1", "jobs"),
    "Deployment": ("/apis/apps/v1", "deployments"),
    "Service": ("/api/v1", "services"),
    "ConfigMap": ("/api/v1", "configmaps"),
    "Pod": ("/api/v1", "pods"),
}
_LARGEST_LINE = 2**22
_ASK_AGAIN = frozenset({429, 500, 503, 504})
_THERE = 409


def collection(kind: str, namespace: str = "") -> str:
    """The path of the objects of a kind, everywhere or in one namespace."""
    prefix, plural = _PREFIXES[kind]
    return f"{prefix}/namespaces/{namespace}/{plural}" if namespace else f"{prefix}/{plural}"


def path_of(kind: str, raw: Raw) -> str:
    """The path of the object."""
    metadata = raw["metadata"]
    return f"{collection(kind, metadata['namespace'])}/{metadata['name']}"


@dataclass(frozen=True, slots=True)
class KubeApi:
    """The API server as one of its users sees it."""

    session: aiohttp.ClientSession
    server: str

    async def ask(self, method: str, path: str, body: Any = None) -> Raw:
        """The answer; raises aiohttp.ClientResponseError for every status from 400 on.

        A server that is not ready for it, or too busy, is asked again.
        """
        again = False
        while True:
            try:
                return await self._ask(method, path, body)
            except aiohttp.ClientResponseError as fault:
                if again and method == "POST" and fault.status == _THERE:
                    return await self.ask("GET", f"{path}/{body['metadata']['name']}")
                if fault.status not in _ASK_AGAIN:
                    raise
            except TimeoutError:
                pass
            again = True
            await asyncio.sleep(1)

    async def _ask(self, method: str, path: str, body: Any) -> Raw:
        headers = MERGE if method == "PATCH" else {}
        url = f"{self.server}{path}"
        async with self.session.request(method, url, json=body, headers=headers) as answer:
            text = await answer.text()
            if answer.status >= 400:
                raise aiohttp.ClientResponseError(
                    answer.request_info, (), status=answer.status, message=text[:400]
                )
            found: Raw = json.loads(text)
            return found

    async def items(self, kind: str, namespace: str = "", query: str = "") -> list[Raw]:
        """All objects of the kind; `query` is added to the path."""
        found = await self.ask("GET", f"{collection(kind, namespace)}?{query}")
        items: list[Raw] = found["items"]
        return items

    async def watch(self, path: str) -> AsyncIterator[tuple[str, Raw]]:
        """Type and object of what is there and of every change, until the server ends it."""
        timeout = aiohttp.ClientTimeout(total=None)
        async with self.session.get(f"{self.server}{path}", timeout=timeout) as answer:
            answer.raise_for_status()
            async for line in answer.content:
                event = json.loads(line)
                yield event["type"], event["object"]


@asynccontextmanager
async def connected(server: str, token: str) -> AsyncIterator[KubeApi]:
    """The API server for the owner of the token."""
    trust = ssl.create_default_context()
    trust.check_hostname = False
    trust.verify_mode = ssl.CERT_NONE  # it signs its own certificate, in a network of our own
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(ssl=trust, limit=0),
        headers={"Authorization": f"Bearer {token}"},
        read_bufsize=_LARGEST_LINE,
        timeout=aiohttp.ClientTimeout(total=120),
    ) as session:
        yield KubeApi(session, server)


async def few_at_once(work: Iterable[Awaitable[Any]], most: int = 24) -> None:
    """All of it is done, `most` at a time."""
    gate = asyncio.Semaphore(most)

    async def one(item: Awaitable[Any]) -> None:
        async with gate:
            await item

    async with asyncio.TaskGroup() as tasks:
        for item in work:
            tasks.create_task(one(item))
