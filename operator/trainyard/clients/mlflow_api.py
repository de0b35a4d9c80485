"""One request to MLflow's REST API, and what its answers mean."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp

from trainyard.clients.addresses import Address, NotDelivered, without_address
from trainyard.clients.http_answers import HttpQuestion, NoAnswer, answered

TIMEOUT_SECONDS = 10
LARGEST_ANSWER = 4 << 20
_ROOT = "/api/2.0/mlflow/"
_ERROR_CODE = re.compile(r'"error_code": ?"([A-Z_]{1,48})"')
_ABSENT = "RESOURCE_DOES_NOT_EXIST"
_PRESENT = "RESOURCE_ALREADY_EXISTS"
_FOR_GOOD = frozenset({400, 413, 422})
"""What is asked for is wrong in itself. Keys, addresses and what is missing can be put right over
there: 401, 403, 404, 409 and 429 are tried again, as every 5xx is."""

Json = dict[str, Any]


class MlflowRefuses(NotDelivered):
    """It answered with an error; `code` is its own word for it, "" where it has none."""

    def __init__(self, message: str, code: str, status: int) -> None:
        super().__init__(message)
        self.code = code
        self.is_for_good = status in _FOR_GOOD


@dataclass(frozen=True, slots=True)
class MlflowApi:
    """One server."""

    session: aiohttp.ClientSession
    address: Address

    async def post(self, path: str, body: Json) -> Json:
        """Return the answer; raises NotDelivered."""
        return await self._ask("POST", path, body)

    async def create(self, path: str, body: Json) -> Json | None:
        """Return the answer, or None where there is one of that name; raises NotDelivered."""
        try:
            return await self._ask("POST", path, body)
        except MlflowRefuses as fault:
            if fault.code == _PRESENT:
                return None
            raise

    async def get(self, path: str, query: Mapping[str, str]) -> Json | None:
        """Return the answer, or None where there is no such thing; raises NotDelivered."""
        try:
            return await self._ask("GET", f"{path}?{urlencode(query)}", None)
        except MlflowRefuses as fault:
            if fault.code == _ABSENT:
                return None
            raise

    async def delete(self, path: str, body: Json) -> None:
        """It is gone; raises NotDelivered."""
        await self._ask("DELETE", path, body)

    async def _ask(self, method: str, path: str, body: Json | None) -> Json:
        question = HttpQuestion(
            method,
            f"{self.address.url.rstrip('/')}{_ROOT}{path}",
            TIMEOUT_SECONDS,
            LARGEST_ANSWER,
            None if body is None else json.dumps(body).encode(),
            {"content-type": "application/json", **self.address.headers},
        )
        what = f"MLflow, asked for {path.partition('?')[0]}"
        try:
            async with answered(self.session, question) as answer:
                found = json.loads(await answer.body())
        except NoAnswer as fault:
            text = f"{what}: {without_address(fault)}"
            if not fault.status:
                raise NotDelivered(text) from None
            code = _ERROR_CODE.search(str(fault))
            word = code[1] if code is not None else ""
            raise MlflowRefuses(f"{text} {word}".rstrip(), word, fault.status) from None
        except (ValueError, RecursionError):
            raise NotDelivered(f"{what}: its address or its answer cannot be read") from None
        if not isinstance(found, dict):
            raise NotDelivered(f"{what}: it answers with something else than an object")
        return found
