"""Which proxy a host is reached by."""

from __future__ import annotations

import pytest

from trainer.sources.proxies import Proxy, proxy_of


@pytest.fixture(autouse=True)
def _no_proxy_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.mark.parametrize(
    ("scheme", "host", "found"),
    [
        pytest.param("https", "data.example", Proxy("proxy", 3128), id="outside"),
        pytest.param("http", "data.example", None, id="another scheme"),
        pytest.param("https", "files.team.svc", None, id="inside, as NO_PROXY says"),
    ],
)
def test_the_proxy_of_the_installation(
    monkeypatch: pytest.MonkeyPatch, scheme: str, host: str, found: Proxy | None
) -> None:
    """By scheme, and not for what is inside."""
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:3128")
    monkeypatch.setenv("NO_PROXY", "localhost,.svc")
    assert found == proxy_of(scheme, host)


def test_a_proxy_that_wants_a_name_is_told_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the address, in which odd letters are written in percent."""
    monkeypatch.setenv("HTTP_PROXY", "http://me:p%40ss@proxy")
    found = proxy_of("http", "data.example")
    assert Proxy("proxy", 80, {"Proxy-Authorization": "Basic bWU6cEBzcw=="}) == found


def test_without_one_there_is_none() -> None:
    """As in most clusters."""
    assert proxy_of("https", "data.example") is None
