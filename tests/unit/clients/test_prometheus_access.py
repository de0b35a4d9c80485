"""What stands in the folder of Prometheus' secret."""

from __future__ import annotations

import ssl
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from served_app import served

from trainyard.clients.prometheus import HttpPrometheus, PrometheusFault
from trainyard.clients.prometheus_access import AccessUnusable, PrometheusAccess


def access(folder: Path, **files: str) -> PrometheusAccess:
    """Return the access with these files; `__` stands for a dot."""
    (folder / "..data").mkdir()
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_text(content)
    return PrometheusAccess("https://prometheus", folder=folder)


def test_an_open_prometheus_needs_nothing() -> None:
    """No header goes along."""
    found = PrometheusAccess("http://prometheus").credentials()
    assert ({}, None) == (found.headers, found.tls)


@pytest.mark.parametrize(
    ("files", "headers"),
    [
        pytest.param({"token": "abc\n"}, {"authorization": "Bearer abc"}, id="a token"),
        pytest.param(
            {"username": "u", "password": "p"},
            {"authorization": "Basic dTpw"},
            id="a user and a password",
        ),
        pytest.param(
            {"header__X-Scope-OrgID": "models", "token": "abc"},
            {"X-Scope-OrgID": "models", "authorization": "Bearer abc"},
            id="a tenant's header beside a token",
        ),
    ],
)
def test_files_become_headers(tmp_path: Path, files: dict[str, str], headers: object) -> None:
    """As the key of the secret says; hidden files are the mount's own."""
    assert headers == access(tmp_path, **files).credentials().headers


@pytest.mark.parametrize(
    ("files", "words"),
    [
        pytest.param({"token": "a", "username": "u"}, "token and username: keep one", id="both"),
        pytest.param({"token": "a\nb"}, "token of the secret .* several lines", id="two lines"),
        pytest.param({"ca__crt": "nothing"}, r"ca\.crt .* no certificate", id="no certificate"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, files: dict[str, str], words: str) -> None:
    """By its key, never by its content."""
    with pytest.raises(AccessUnusable, match=words):
        access(tmp_path, **files).credentials()


def test_nothing_of_it_is_shown(tmp_path: Path) -> None:
    """Whoever prints it sees no token."""
    assert "abc" not in repr(access(tmp_path, token="abc").credentials())


def self_signed(folder: Path) -> tuple[Path, Path]:
    """Return a key and a certificate for this machine that nobody vouches for."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subject = ("-subj", "/CN=prometheus", "-addext", "subjectAltName=IP:127.0.0.1")
    files = ("-keyout", str(key), "-out", str(certificate))
    command = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *subject, *files)
    subprocess.run(command, check=True, capture_output=True)
    return key, certificate


async def test_its_own_certificate_is_trusted_where_the_secret_has_it(tmp_path: Path) -> None:
    """Without `ca.crt` nobody vouches for it, and nothing is asked."""
    key, certificate = self_signed(tmp_path)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate, key)

    async def query(_: web.Request) -> web.Response:
        data = {"resultType": "vector", "result": []}
        return web.json_response({"status": "success", "data": data})

    app = web.Application()
    app.router.add_post("/api/v1/query", query)
    folder = tmp_path / "secret"
    folder.mkdir()
    async with served(app, tls) as address, aiohttp.ClientSession() as session:
        client = HttpPrometheus(session, PrometheusAccess(address, folder=folder))
        with pytest.raises(PrometheusFault, match="certificate verify failed"):
            await client.query("up", datetime.now(UTC))
        (folder / "ca.crt").write_text(certificate.read_text())
        assert () == (await client.query("up", datetime.now(UTC))).series
