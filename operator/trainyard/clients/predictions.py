"""Makes a real prediction, as any client of a model would."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import aiohttp

from trainyard.clients.http_answers import HttpQuestion, NoAnswer, answered

BUNDLE_HEADER = "trainyard-bundle"
PROBE_HEADER = "trainyard-probe"
"""Tells the model server that no user asks: the request is not captured."""
TIMEOUT_SECONDS = 5
LARGEST_EXAMPLE = 4 << 20


@dataclass(frozen=True, slots=True)
class PredictionAnswer:
    """What came back."""

    bundle: str
    """Digest that the answer named; empty when there was no good answer."""
    message: str = ""
    """What went wrong."""


class Predictor(Protocol):
    """Asks a model for a prediction."""

    async def predict(self, address: str, model: str) -> PredictionAnswer:
        """Return the answer to the model's own example request; never raises."""
        ...


class HttpPredictor:
    """Asks over the V2 protocol, on a new connection each time."""

    async def predict(self, address: str, model: str) -> PredictionAnswer:
        """See Predictor.predict; `address` is `http://host:port`."""
        url = f"{address}/v2/models/{model}"
        connector = aiohttp.TCPConnector(force_close=True)
        example = HttpQuestion("GET", f"{url}/example", TIMEOUT_SECONDS, LARGEST_EXAMPLE)
        try:
            async with aiohttp.ClientSession(connector=connector) as session:
                async with answered(session, example) as answer:
                    body = await answer.body()
                return await _infer(session, f"{url}/infer", body)
        except NoAnswer as fault:
            return PredictionAnswer("", str(fault))


async def _infer(session: aiohttp.ClientSession, url: str, body: bytes) -> PredictionAnswer:
    headers = {"content-type": "application/json", PROBE_HEADER: "true"}
    question = HttpQuestion("POST", url, TIMEOUT_SECONDS, 0, body, headers)
    async with answered(session, question) as answer:  # what it predicts is the model's affair
        bundle = answer.header(BUNDLE_HEADER)
    return PredictionAnswer(bundle, "" if bundle else f"POST {url}: no {BUNDLE_HEADER} header")
