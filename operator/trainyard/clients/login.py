"""How the operator proves to the API server who it is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies_environment, proxy_bypass

import aiohttp
from kubernetes.aio import client, config
from kubernetes.aio.client.rest import RESTClientObject
from kubernetes.aio.config.config_exception import ConfigException

KUBECONFIG_VARIABLES = ("TRAINYARD_KUBECONFIG", "KUBECONFIG")


class LoginImpossible(Exception):
    """Neither a kubeconfig is named nor a service account mounted, or it cannot be read."""


async def log_in(environment: Mapping[str, str]) -> client.Configuration:
    """Return the address and credentials of the API server.

    A kubeconfig named by TRAINYARD_KUBECONFIG or KUBECONFIG comes before the pod's own service
    account, whose token is read again every minute. The default ~/.kube/config is never used. The
    proxy is that of the kubeconfig, else that of the process's environment. Raises LoginImpossible.
    """
    configuration = client.Configuration()
    path = next((environment[name] for name in KUBECONFIG_VARIABLES if environment.get(name)), "")
    try:
        if path:
            _refuse_missing(Path(path))
            await config.load_kube_config(
                config_file=path,
                client_configuration=configuration,
                persist_config=False,
            )
        else:
            config.load_incluster_config(configuration)
    except ConfigException as fault:
        where = path or "the pod's service account"
        remedy = "name a kubeconfig in TRAINYARD_KUBECONFIG or run in a pod with a service account"
        raise LoginImpossible(f"cannot log in with {where}: {fault}; {remedy}") from fault
    configuration.proxy = configuration.proxy or _environments_proxy(configuration.host)
    # A session that trusts the environment asks a thread for the proxy with every request, and
    # reads netrc, whose passwords are not for an API server.
    configuration.client_session_kwargs = {"trust_env": False}
    return configuration


def _environments_proxy(address: str) -> str | None:
    parts = urlsplit(address)
    if proxy_bypass(parts.hostname or ""):
        return None
    return getproxies_environment().get(parts.scheme)


def _refuse_missing(path: Path) -> None:
    if not path.is_file():
        raise ConfigException("there is no such file")


def open_watch_session(
    configuration: client.Configuration, *traces: aiohttp.TraceConfig
) -> aiohttp.ClientSession:
    """Return an HTTP session that sends the current token with every request.

    For kopf, whose sessions outlive a service account's token.
    """

    async def authorize(
        session: aiohttp.ClientSession,  # noqa: ARG001 — the shape of aiohttp's hook
        context: SimpleNamespace,  # noqa: ARG001
        params: aiohttp.TraceRequestStartParams,
    ) -> None:
        params.headers.update(await authorization(configuration))

    fresh_token = aiohttp.TraceConfig()
    fresh_token.on_request_start.append(authorize)
    tls = RESTClientObject(configuration).ssl_context
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, ssl=tls),
        proxy=configuration.proxy,
        trace_configs=[fresh_token, *traces],
    )


async def authorization(configuration: client.Configuration) -> dict[str, str]:
    """Return the header that proves the identity; empty with client certificates."""
    settings: Mapping[str, Any] = await configuration.auth_settings()
    bearer = settings.get("BearerToken")
    return {"Authorization": bearer["value"]} if bearer else {}
