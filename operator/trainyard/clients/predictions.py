"""Makes a real prediction, as any client of a model would."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import aiohttp

BUNDLE_HEADER = "trainyard-bundle"
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
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        connector = aiohttp.TCPConnector(force_close=True)
        try:
            async with aiohttp.ClientSession(timeout=timeout, connector=connector) as session:
                async with session.get(f"{url}/example") as answer:
                    if answer.status != 200:
                        return PredictionAnswer("", f"GET {url}/example: {answer.status}")
                    example = await answer.content.read(LARGEST_EXAMPLE)
                return await _infer(session, f"{url}/infer", example)
        except (aiohttp.ClientError, TimeoutError, OSError) as fault:
            return PredictionAnswer("", f"{url}: {type(fault).__name__} {fault}".strip())


async def _infer(session: aiohttp.ClientSession, url: str, body: bytes) -> PredictionAnswer:
    headers = {"content-type": "application/json"}
    async with session.post(url, data=body, headers=headers) as answer:
        text = (await answer.content.read(300)).decode(errors="replace")
        if answer.status != 200:
            return PredictionAnswer("", f"POST {url}: {answer.status} {text}")
        bundle = answer.headers.get(BUNDLE_HEADER, "")
        return PredictionAnswer(bundle, "" if bundle else f"POST {url}: no {BUNDLE_HEADER} header")
