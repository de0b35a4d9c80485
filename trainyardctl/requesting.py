"""How is something asked for, and what became of it?"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass

from trainyard.requests import Verb
from trainyardctl.asking import Answer, NothingToAsk, answer_to, request_text
from trainyardctl.connection import Connection
from trainyardctl.names import ObjectName
from trainyardctl.waiting import LOOK_SECONDS, Patience


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person wants of an object; an empty target is what there is now."""

    name: ObjectName
    verb: Verb
    target: str


async def ask(there: Connection, asked: Asked, patience: Patience) -> tuple[str, Answer | None]:
    """Return the text of the request and what became of it; None: nothing while patience held.

    Raises NothingToAsk.
    """
    raw = await there.get(asked.name)
    if raw is None:
        raise NothingToAsk(f"{asked.name}: there is no such object in namespace {there.namespace}")
    text = request_text(asked.name, raw, asked.verb, asked.target, secrets.token_hex(4))
    await there.ask(asked.name, text)
    try:
        async with asyncio.timeout(patience.seconds):
            while raw is not None and (answer := answer_to(raw, text)) is None:
                await asyncio.sleep(LOOK_SECONDS / 2)
                raw = await there.get(asked.name)
    except TimeoutError:
        answer = None
    return text, answer
