"""How does a command reach its cluster, and how does it end where it cannot?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import typer

from trainyard.clients.faults import ClusterFault
from trainyardctl.answer import NoAnswer
from trainyardctl.approving import NothingToApprove
from trainyardctl.asking import NothingToAsk
from trainyardctl.connection import Connection, NoCluster, Place, connected
from trainyardctl.data_versions import NoSuchVersion
from trainyardctl.hand_over import NothingToHandOver
from trainyardctl.names import ObjectName, UnknownName, object_name
from trainyardctl.outcome import Outcome
from trainyardctl.runs import NoSuchRun
from trainyardctl.snapshot import Raw
from trainyardctl.without_cluster import USAGE

T = TypeVar("T")
FAULTS = (
    NoCluster,
    ClusterFault,
    NoAnswer,
    NothingToApprove,
    NothingToAsk,
    NothingToHandOver,
    NoSuchRun,
    NoSuchVersion,
)
"""Ends that say all in a sentence."""


@dataclass(slots=True)
class Command:
    """What the words before the command said."""

    place: Place


COMMAND = Command(Place())


def existing(raw: Raw | None, name: ObjectName) -> Raw:
    """Return the object; where there is none the program has ended."""
    if raw is None:
        typer.echo(f"{name}: there is no such object in this namespace", err=True)
        raise typer.Exit(Outcome.NOT_FOUND.value)
    return raw


def named(words: str) -> ObjectName:
    """Return the object that the words name; wrong ones are told as usage."""
    try:
        return object_name(words)
    except UnknownName as fault:
        raise typer.BadParameter(str(fault)) from fault


def run(work: Callable[[Connection], Awaitable[T]]) -> T:
    """Return what the work gives; faults of the cluster and of the words end the program."""

    async def through() -> T:
        async with connected(COMMAND.place) as there:
            return await work(there)

    try:
        return asyncio.run(through())
    except FAULTS as fault:
        typer.echo(str(fault), err=True)
        raise typer.Exit(USAGE) from fault
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
