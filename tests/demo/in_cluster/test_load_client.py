"""The client under load, against a real HTTP server."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from aiohttp import ClientSession, web
from served_app import served

from demo.in_cluster.load_client import Question, Tally, read_rows, request_body, send

NAMES = ["worst texture", "mean radius"]


@pytest.mark.parametrize(
    ("how", "number", "expected"),
    [
        pytest.param("normal", 0, [1.0, 2.0], id="normal rows are sent as they are"),
        pytest.param("gaps", 5, [None, 2.0], id="each fifth row has a gap"),
        pytest.param("gaps", 6, [1.0, 2.0], id="the other rows have none"),
        pytest.param("recalibrated", 0, [1.25, 2.5], id="the device reads a quarter too high"),
        pytest.param("garbage", 2, [1.0], id="each second row is cut off"),
    ],
)
def test_request_body(how: str, number: int, expected: list[float | None]) -> None:
    """The mode decides how a row is spoilt."""
    body = json.loads(request_body(NAMES, [1.0, 2.0], number, how))

    assert expected == body["inputs"][0]["data"]


def test_read_rows(tmp_path: Path) -> None:
    """The target column is the label and no feature."""
    file = tmp_path / "rows.csv"
    file.write_text("a,diagnosis,b\n1,benign,2\n")

    assert (["a", "b"], [([1.0, 2.0], "benign")]) == read_rows(file, "diagnosis")


async def test_send_counts_answers() -> None:
    """Right, wrong and failed answers are told apart, and a refused connection is a failure."""
    named = []

    async def answer(request: web.Request) -> web.Response:
        named.append(request.headers["x-request-id"])
        if (await request.read()) == b"bad":
            return web.Response(status=500)
        output = {"outputs": [{"data": ["benign"]}]}
        return web.json_response(output, headers={"trainyard-bundle": "sha256:1"})

    app = web.Application()
    app.router.add_post("/infer", answer)
    tally = Tally()
    async with ClientSession() as session:
        async with served(app) as address:
            url = f"{address}/infer"
            await send(session, url, Question(1, b"{}", "benign"), tally)
            await send(session, url, Question(2, b"{}", "malignant"), tally)
            await send(session, url, Question(3, b"bad", "benign"), tally)
        await send(session, url, Question(1, b"{}", "benign"), tally)
    await asyncio.sleep(0)

    assert (4, 2, 2, 0.5) == (tally.sent, tally.ok, tally.failed, tally.accuracy())
    assert tally.bundles["sha256:1"] == 2
    assert ["patient-1", "patient-2", "patient-3"] == named
