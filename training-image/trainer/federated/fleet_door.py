"""What of the SuperLink can others reach? Only what SuperNodes need.

Flower answers SuperNodes and those who start runs at one port. It listens inside the pod alone;
this door hands on the requests of SuperNodes, over TLS both times, and refuses everything else.
"""

from __future__ import annotations

import asyncio
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

MOST_BYTES = 256 * 1024**2
"""Of one request: parameters come in pieces of a few megabytes."""
_SECONDS = 60.0
_OF_THE_CONNECTION = frozenset({"connection", "content-length", "host", "transfer-encoding"})


def door(keys: Path, inner_port: int) -> Starlette:
    """The application: `POST /v1/fleet/<call>` is handed on, anything else is not found."""
    trusted = ssl.create_default_context(cafile=str(keys / CERTIFICATE_NAME))
    client = httpx.AsyncClient(verify=trusted, timeout=_SECONDS, trust_env=False)

    async def hand_on(request: Request) -> Response:
        body = bytearray()
        async for piece in request.stream():
            body += piece
            if len(body) > MOST_BYTES:
                return PlainTextResponse("too large", status_code=413)
        call = request.path_params["call"]
        try:
            answer = await client.post(
                f"https://127.0.0.1:{inner_port}/v1/fleet/{call}",
                content=bytes(body),
                headers=_kept(dict(request.headers)),
            )
        except httpx.TransportError as error:
            return PlainTextResponse(f"the SuperLink does not answer: {error}", status_code=503)
        return Response(answer.content, answer.status_code, _kept(dict(answer.headers)))

    return Starlette(routes=[Route("/v1/fleet/{call}", hand_on, methods=["POST"])])


def _kept(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in _OF_THE_CONNECTION}


def main(keys: str, inner_port: str, outer_port: str) -> None:
    """Serve until the process is ended."""
    folder = Path(keys)
    config = uvicorn.Config(
        door(folder, int(inner_port)),
        host="0.0.0.0",
        port=int(outer_port),
        ssl_certfile=str(folder / CERTIFICATE_NAME),
        ssl_keyfile=str(folder / KEY_NAME),
        log_level="warning",
        access_log=False,
    )
    asyncio.run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main(*sys.argv[1:4])
