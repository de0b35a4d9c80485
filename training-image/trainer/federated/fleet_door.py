"""What of the SuperLink can others reach? Only what SuperNodes need.

Flower answers SuperNodes and those who start runs at one port. It listens inside the pod alone;
this door hands on the requests of SuperNodes, over TLS both times, says how far the rounds are and
whether a key is enrolled, and refuses everything else.
"""

from __future__ import annotations

import asyncio
import re
import ssl
import sys
from pathlib import Path

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from trainer.federated.credentials import CERTIFICATE_NAME, KEY_NAME
from trainer.federated.enrolment import is_enrolled
from trainer.federated.progress import progress_text

MOST_BYTES = 256 * 1024**2
"""Of one request: parameters come in pieces of a few megabytes."""
_CALL = re.compile(r"[a-z]+(-[a-z]+)*")
"""What calls are named by: nothing that leads to another path."""
_SECONDS = 60.0
_OF_THE_CONNECTION = frozenset({"connection", "content-length", "host", "transfer-encoding"})


def door(keys: Path, inner_port: int, rounds: Path) -> Starlette:
    """The application: `POST /v1/fleet/<call>` is handed on; `GET /progress` says how far the
    rounds of the folder are, `GET /enrolled/<digest of a key>` whether it is enrolled. Anything
    else is not found.
    """
    trusted = ssl.create_default_context(cafile=str(keys / CERTIFICATE_NAME))
    client = httpx.AsyncClient(verify=trusted, timeout=_SECONDS, trust_env=False)

    async def hand_on(request: Request) -> Response:
        body = bytearray()
        async for piece in request.stream():
            body += piece
            if len(body) > MOST_BYTES:
                return PlainTextResponse("too large", status_code=413)
        call = request.path_params["call"]
        if not _CALL.fullmatch(call):
            return PlainTextResponse("no call of SuperNodes", status_code=404)
        try:
            answer = await client.post(
                f"https://127.0.0.1:{inner_port}/v1/fleet/{call}",
                content=bytes(body),
                headers=_kept(dict(request.headers)),
            )
        except httpx.TransportError as error:
            return PlainTextResponse(f"the SuperLink does not answer: {error}", status_code=503)
        return Response(answer.content, answer.status_code, _kept(dict(answer.headers)))

    return Starlette(routes=[Route("/v1/fleet/{call}", hand_on, methods=["POST"]), *_told(rounds)])


def _told(rounds: Path) -> list[Route]:
    async def progress(request: Request) -> Response:  # noqa: ARG001 — Starlette's signature
        return Response(progress_text(rounds), media_type="application/json")

    async def enrolled(request: Request) -> Response:
        known = is_enrolled(rounds, request.path_params["digest"])
        return PlainTextResponse("yes" if known else "not yet", 200 if known else 404)

    return [
        Route("/progress", progress, methods=["GET"]),
        Route("/enrolled/{digest}", enrolled, methods=["GET"]),
    ]


def _kept(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in _OF_THE_CONNECTION}


def main(keys: str, inner_port: str, outer_port: str, rounds: str) -> None:
    """Serve until the process is ended."""
    folder = Path(keys)
    config = uvicorn.Config(
        door(folder, int(inner_port), Path(rounds)),
        host="0.0.0.0",
        port=int(outer_port),
        ssl_certfile=str(folder / CERTIFICATE_NAME),
        ssl_keyfile=str(folder / KEY_NAME),
        log_level="warning",
        access_log=False,
    )
    asyncio.run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main(*sys.argv[1:5])
