"""Which credentials are used, and what is said when there are none."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import ClientError, web
from aiohttp.test_utils import TestServer
from kubernetes.aio import client

from trainyard.clients.login import LoginImpossible, log_in, open_watch_session

_VERSION = (
    *("buildDate", "compiler", "gitCommit", "gitTreeState", "gitVersion", "goVersion"),
    *("major", "minor", "platform"),
)


def kubeconfig(path: Path, server: str) -> str:
    """Write a kubeconfig and return its path."""
    document: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": {"server": server}}],
        "users": [{"name": "u", "user": {"token": "secret"}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "x",
    }
    path.write_text(yaml.safe_dump(document))
    return str(path)


async def test_our_own_variable_comes_first(tmp_path: Path) -> None:
    """Whatever context kubectl happens to point to is not touched."""
    environment = {
        "KUBECONFIG": kubeconfig(tmp_path / "theirs", "http://theirs:1"),
        "TRAINYARD_KUBECONFIG": kubeconfig(tmp_path / "ours", "http://ours:1"),
    }
    assert "http://ours:1" == (await log_in(environment)).host


@pytest.mark.parametrize(
    "environment",
    [
        pytest.param({}, id="no kubeconfig and no service account"),
        pytest.param({"KUBECONFIG": "/does/not/exist"}, id="a kubeconfig that is not there"),
    ],
)
async def test_no_login_says_what_to_do(environment: dict[str, str]) -> None:
    """One sentence with what was tried and the remedy."""
    with pytest.raises(LoginImpossible, match="name a kubeconfig in TRAINYARD_KUBECONFIG"):
        await log_in(environment)


async def test_the_watch_session_sends_the_token_of_the_moment() -> None:
    """A service account's token changes while the session lives."""
    seen: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request.headers["Authorization"])
        return web.Response()

    app = web.Application()
    app.router.add_get("/", answer)
    configuration = client.Configuration()
    async with TestServer(app) as server, open_watch_session(configuration) as session:
        for token in ("bearer old", "bearer new"):
            configuration.api_key["BearerToken"] = token
            async with session.get(server.make_url("/")):
                pass
    assert ["bearer old", "bearer new"] == seen


@pytest.mark.parametrize(
    ("variables", "passed"),
    [
        pytest.param({}, [], id="no proxy"),
        pytest.param({"HTTP_PROXY": "PROXY"}, ["/version/", "/watched"], id="a proxy"),
        pytest.param({"HTTPS_PROXY": "PROXY"}, [], id="one for another scheme"),
        pytest.param(
            {"HTTP_PROXY": "PROXY", "NO_PROXY": "10.0.0.0/8,.example"}, [], id="not for this host"
        ),
    ],
)
async def test_requests_and_watches_go_through_the_proxy_of_the_environment(
    variables: dict[str, str], passed: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is looked up once, at the login."""
    seen: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request.path)
        return web.json_response(dict.fromkeys(_VERSION, "1"))

    application = web.Application()
    application.router.add_get("/{tail:.*}", answer)
    for name in ("http_proxy", "https_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    async with TestServer(application) as proxy:
        for name, value in variables.items():
            monkeypatch.setenv(name, value.replace("PROXY", str(proxy.make_url("/"))))
        address = "http://kubernetes.example:1"
        configuration = await log_in({"KUBECONFIG": kubeconfig(tmp_path / "one", address)})
        for name in variables:
            monkeypatch.delenv(name)
        with suppress(ClientError):
            async with client.ApiClient(configuration) as api:
                await client.VersionApi(api).get_code()
        with suppress(ClientError):
            async with open_watch_session(configuration) as session:
                await session.get(f"{address}/watched")
    assert passed == seen
