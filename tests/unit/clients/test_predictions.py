"""A real prediction, from a real HTTP server."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from served_app import served

from trainyard.clients.predictions import HttpPredictor, PredictionAnswer

EXAMPLE = '{"inputs": [{"name": "input"}]}'


@pytest.fixture
async def base() -> AsyncIterator[str]:
    """Give a server that speaks V2 for model `good`, and badly for others."""

    async def example(request: web.Request) -> web.Response:
        known = request.match_info["model"] != "unknown"
        return web.Response(text=EXAMPLE) if known else web.Response(status=404)

    async def infer(request: web.Request) -> web.Response:
        if await request.text() != EXAMPLE or "trainyard-probe" not in request.headers:
            return web.Response(status=400, text="not the example")
        model = request.match_info["model"]
        if model == "failing":
            return web.Response(status=500, text="the model raised")
        headers = {"trainyard-bundle": "sha256:a"} if model == "good" else {}
        return web.Response(text="{}", headers=headers)

    app = web.Application()
    app.router.add_get("/v2/models/{model}/example", example)
    app.router.add_post("/v2/models/{model}/infer", infer)
    async with served(app) as address:
        yield address


async def test_the_models_own_example_is_predicted(base: str) -> None:
    """And says that no user asks; the answer names the bundle that made it."""
    assert PredictionAnswer("sha256:a") == await HttpPredictor().predict(base, "good")


@pytest.mark.parametrize(
    ("model", "part"),
    [
        pytest.param("unknown", "example: 404", id="no example"),
        pytest.param("failing", "500 the model raised", id="a failing prediction"),
        pytest.param("nameless", "no trainyard-bundle header", id="an answer from somebody else"),
    ],
)
async def test_what_went_wrong_is_in_the_message(base: str, model: str, part: str) -> None:
    """And no bundle is named."""
    found = await HttpPredictor().predict(base, model)
    assert ("", True) == (found.bundle, part in found.message), found.message


async def test_nobody_listening_is_an_answer_too() -> None:
    """Asking never raises."""
    found = await HttpPredictor().predict("http://127.0.0.1:1", "good")
    assert found.bundle == ""
    assert "127.0.0.1:1" in found.message
