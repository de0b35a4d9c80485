"""Posts to a real receiver over HTTP.

Proves: operator/trainyard/clients/addresses.py
"""

from __future__ import annotations

from pathlib import Path

import aiohttp
import pytest
from webhook_receivers import http_receiver

from trainyard.clients.addresses import NotDelivered
from trainyard.clients.webhooks import HttpWebhooks


async def test_a_post_has_its_type_and_the_authorization_of_the_secret(tmp_path: Path) -> None:
    """Files are read for each post: a rotated address is used at once."""
    async with http_receiver() as receiver, aiohttp.ClientSession() as session:
        webhooks = HttpWebhooks(session, tmp_path)
        (tmp_path / "team").write_text(f"{receiver.url}\n")
        await webhooks.post("team", b'{"n": 1}', "application/cloudevents+json")
        (tmp_path / "team.authorization").write_text("Bearer abc\n")
        await webhooks.post("team", b'{"n": 2}', "application/json")
        (first, body), (second, _) = receiver.requests
    assert ("application/cloudevents+json", {"n": 1}) == (first["content-type"], body)
    assert ("", "Bearer abc") == (first.get("authorization", ""), second["authorization"])


@pytest.mark.parametrize(
    ("status", "headers", "why"),
    [
        pytest.param(503, {}, "it answers 503", id="it is overloaded"),
        pytest.param(404, {}, "it answers 404", id="the address is not known"),
        pytest.param(302, {"location": "http://127.0.0.1:1/"}, "it answers 302", id="a redirect"),
    ],
)
async def test_a_refusal_shows_neither_address_nor_answer(
    tmp_path: Path, status: int, headers: dict[str, str], why: str
) -> None:
    """Both are the receiver's business, and the message is shown in a status."""
    async with http_receiver() as receiver, aiohttp.ClientSession() as session:
        receiver.status, receiver.headers = status, headers
        (tmp_path / "team").write_text(receiver.url)
        with pytest.raises(NotDelivered) as refused:
            await HttpWebhooks(session, tmp_path).post("team", b"{}", "application/json")
    assert why == str(refused.value)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        pytest.param("http://127.0.0.1:1/hooks/xyz", "it does not answer (", id="nobody listens"),
        pytest.param("hooks/xyz", "it does not answer (", id="no address"),
        pytest.param("", "has no address under team", id="an empty file"),
    ],
)
async def test_who_cannot_be_reached_is_told_without_the_address(
    tmp_path: Path, address: str, why: str
) -> None:
    """Whose path may be a secret."""
    (tmp_path / "team").write_text(address)
    async with aiohttp.ClientSession() as session:
        with pytest.raises(NotDelivered) as refused:
            await HttpWebhooks(session, tmp_path).post("team", b"{}", "application/json")
    assert why in str(refused.value)
    assert "xyz" not in str(refused.value)


async def test_without_a_secret_nobody_is_told() -> None:
    """And that is said."""
    async with aiohttp.ClientSession() as session:
        with pytest.raises(NotDelivered, match="no address under team"):
            await HttpWebhooks(session, None).post("team", b"{}", "application/json")
