"""Posts events to a real receiver over HTTP."""

from __future__ import annotations

from pathlib import Path

import aiohttp
import pytest
from lineage_samples import NOW, a_lineage_run, a_lineage_version
from webhook_receivers import http_receiver

from trainyard.clients.addresses import NotDelivered, RefusedForGood
from trainyard.clients.openlineage import HttpOpenLineage


def opened(session: aiohttp.ClientSession, folder: Path, url: str) -> HttpOpenLineage:
    """Return a tracker that knows the address as `team`."""
    (folder / "team").write_text(f"{url}/\n")
    (folder / "team.authorization").write_text("Bearer abc\n")
    return HttpOpenLineage(session, folder, lambda: NOW)


async def test_events_come_in_their_order_with_what_opens_the_server(tmp_path: Path) -> None:
    """A run has two of them, a version one."""
    async with http_receiver() as receiver, aiohttp.ClientSession() as session:
        lineage = opened(session, tmp_path, receiver.url)
        await lineage.record("team", a_lineage_run())
        await lineage.record("team", a_lineage_version())
    kinds = [body.get("eventType") for _, body in receiver.requests]
    assert ["START", "COMPLETE", None] == kinds
    headers = receiver.requests[0][0]
    assert ("Bearer abc", "application/json") == (headers["authorization"], headers["content-type"])


@pytest.mark.parametrize(
    ("status", "is_for_good"),
    [(400, True), (413, True), (422, True), (401, False), (404, False), (429, False), (503, False)],
)
async def test_what_is_wrong_in_itself_is_refused_for_good(
    tmp_path: Path, status: int, is_for_good: bool
) -> None:
    """All else may be put right, and is tried again."""
    async with http_receiver() as receiver, aiohttp.ClientSession() as session:
        receiver.status = status
        with pytest.raises(NotDelivered) as refused:
            await opened(session, tmp_path, receiver.url).record("team", a_lineage_run())
    assert is_for_good is isinstance(refused.value, RefusedForGood)
    assert f"it answers {status}" == str(refused.value)


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "nonsense", ""])
async def test_who_cannot_be_reached_is_told_without_the_address(
    tmp_path: Path, address: str
) -> None:
    """See test_webhooks: the same for lineage."""
    (tmp_path / "team").write_text(address)
    async with aiohttp.ClientSession() as session:
        lineage = HttpOpenLineage(session, tmp_path, lambda: NOW)
        with pytest.raises(NotDelivered) as refused:
            await lineage.record("team", a_lineage_run())
    assert not isinstance(refused.value, RefusedForGood)
    assert "127.0.0.1" not in str(refused.value)
