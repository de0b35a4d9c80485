"""How is the cluster reached: as who asks, by their own kubeconfig or the account of their pod."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kubernetes.aio import client, config
from kubernetes.aio.client.exceptions import ApiException
from kubernetes.aio.config.config_exception import ConfigException
from kubernetes.aio.config.incluster_config import InClusterConfigLoader
from kubernetes.aio.watch import Watch

from trainyard.clients.cluster import APPLY, KubernetesCluster
from trainyard.clients.faults import NotFound
from trainyard.clients.kinds import KINDS as OBJECT_KINDS
from trainyard.objects import ObjectRef
from trainyard.ownership import REQUEST
from trainyardctl.names import KINDS, ObjectName
from trainyardctl.snapshot import Raw, Snapshot

_AGAIN_SECONDS = 1.0
_WATCH_SECONDS = 300
_AS_A_PERSON = replace(
    APPLY, query=(("fieldManager", "trainyard-client"), ("fieldValidation", "Strict"))
)
"""Without force: a field that somebody else applied is theirs until they let it go."""
SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
DEFAULT_KUBECONFIG = "~/.kube/config"


class NoCluster(Exception):
    """The kubeconfig cannot be read or names no such context."""


@dataclass(frozen=True, slots=True)
class Place:
    """Which cluster and namespace, as the command line says; empty: what the kubeconfig says."""

    kubeconfig: str = ""
    context: str = ""
    namespace: str = ""


@dataclass(frozen=True, slots=True)
class Connection:
    """An open way to one namespace."""

    cluster: KubernetesCluster
    configuration: client.Configuration
    namespace: str

    async def snapshot(self) -> Snapshot:
        """Return the objects of all our kinds as they are now."""
        listings = await asyncio.gather(
            *(self.cluster.list(kind, self.namespace) for kind in KINDS)
        )
        found = {kind: listing.items for kind, listing in zip(KINDS, listings, strict=True)}
        return Snapshot(self.namespace, found)

    async def approvals(self) -> Sequence[Raw]:
        """Return what people said of versions; a cluster without that kind has none."""
        try:
            return (await self.cluster.list("Approval", self.namespace)).items
        except NotFound:
            return ()

    async def get(self, name: ObjectName) -> Raw | None:
        """Return the object as it is now, or None."""
        return await self.cluster.get(name.kind, self.namespace, name.name)

    async def ask(self, name: ObjectName, text: str) -> None:
        """Write the request's annotation, and nothing else."""
        ref = ObjectRef(name.kind, self.namespace, name.name)
        await self.cluster.patch(ref, {"metadata": {"annotations": {REQUEST: text}}})

    async def user(self) -> str:
        """Return the name under which the API server knows who asks."""
        async with client.ApiClient(self.configuration) as api:
            review = client.V1SelfSubjectReview()
            answer = await client.AuthenticationV1Api(api).create_self_subject_review(review)
            return str(answer.to_dict()["status"]["user_info"]["username"])

    async def create(self, manifest: Raw) -> None:
        """Create the object in the namespace."""
        metadata = {**manifest["metadata"], "namespace": self.namespace}
        await self.cluster.create({**manifest, "metadata": metadata})

    async def apply(self, manifest: Raw) -> None:
        """Make the object of the namespace be as it says; raises Conflict where a field that it
        sets otherwise is somebody else's.
        """
        metadata = {**manifest["metadata"], "namespace": self.namespace}
        await self.cluster.apply({**manifest, "metadata": metadata})

    async def changes(self) -> AsyncIterator[None]:
        """Yield soon after something of ours changed; several changes at once are one.

        A watch that ends is opened again; while none is open, it yields every second.
        """
        changed = asyncio.Event()
        async with client.ApiClient(self.configuration) as api:
            watches = [asyncio.create_task(self._watch(api, kind, changed)) for kind in KINDS]
            try:
                while True:
                    await changed.wait()
                    changed.clear()
                    yield
            finally:
                for watch in watches:
                    watch.cancel()
                await asyncio.gather(*watches, return_exceptions=True)

    async def _watch(self, api: client.ApiClient, kind: str, changed: asyncio.Event) -> None:
        found = OBJECT_KINDS[kind]
        listed = client.CustomObjectsApi(api).list_namespaced_custom_object
        place = (found.group, found.version, self.namespace, found.plural)
        while True:
            try:
                async with Watch() as watch:
                    async for _ in watch.stream(listed, *place, timeout_seconds=_WATCH_SECONDS):
                        changed.set()
            except (ApiException, OSError, TimeoutError, ValueError):
                changed.set()
                await asyncio.sleep(_AGAIN_SECONDS)


@asynccontextmanager
async def connected(
    place: Place, environment: Mapping[str, str] = os.environ
) -> AsyncIterator[Connection]:
    """Give a connection to the place; it is closed afterwards. Raises NoCluster."""
    configuration = client.Configuration()
    path = place.kubeconfig or environment.get("KUBECONFIG", "") or DEFAULT_KUBECONFIG
    if _is_in_a_pod(place, environment):
        namespace = log_in_as_pod(configuration, SERVICE_ACCOUNT, environment)
    else:
        namespace = await _log_in_by(path, place.context, configuration)
    namespace = place.namespace or namespace or "default"
    cluster = KubernetesCluster(configuration, applying=_AS_A_PERSON)
    try:
        yield Connection(cluster, configuration, namespace)
    finally:
        await cluster.close()


def _is_in_a_pod(place: Place, environment: Mapping[str, str]) -> bool:
    """Tell whether no kubeconfig is named or there, and a pod's own account is: as kubectl does."""
    named = place.kubeconfig or place.context or environment.get("KUBECONFIG")
    default = Path(DEFAULT_KUBECONFIG).expanduser()
    return not named and not default.exists() and "KUBERNETES_SERVICE_HOST" in environment


def log_in_as_pod(
    configuration: client.Configuration, account: Path, environment: Mapping[str, str]
) -> str:
    """Fill in address and credentials of a pod's service account and return the pod's namespace.

    Raises NoCluster.
    """
    token, authority = str(account / "token"), str(account / "ca.crt")
    try:
        loader = InClusterConfigLoader(token, authority, environ=environment)
        loader.load_and_set(configuration)
        return (account / "namespace").read_text(encoding="utf-8").strip()
    except (ConfigException, OSError) as fault:
        raise NoCluster(f"{account}: {fault}; name a kubeconfig with --kubeconfig") from fault


async def _log_in_by(path: str, context: str, configuration: client.Configuration) -> str:
    """Fill in what the kubeconfig says and return the namespace of its context."""
    try:
        known, active = config.list_kube_config_contexts(config_file=path)
        contexts: Mapping[str, Any] = {found["name"]: found for found in known}
        chosen = contexts.get(context) if context else active
        if chosen is None:
            raise NoCluster(f"{path}: no context {context!r}; it has {', '.join(contexts)}")
        await config.load_kube_config(
            config_file=path,
            context=chosen["name"],
            client_configuration=configuration,
            persist_config=False,
        )
    except (ConfigException, OSError) as fault:
        raise NoCluster(f"{path}: {fault}; name a kubeconfig with --kubeconfig") from fault
    return str(chosen["context"].get("namespace") or "")
