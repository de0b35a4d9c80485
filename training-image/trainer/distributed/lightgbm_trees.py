"""How do LightGBM's trees grow on parts that lie on the disks of workers?

Each worker gives LightGBM its parts as they are mapped, and LightGBM's own network adds up what the
workers see. Its interface for Dask would copy them into one array first, and would number the
labels of each worker on its own.
"""

from __future__ import annotations

import importlib
import re
import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlparse

import numpy as np
import numpy.typing as npt
from distributed import Client, Future, wait

from trainer.distributed.gathering import WorkerLost, addresses, awaited, begun_anew
from trainer.distributed.parts import Part, Read

Array = npt.NDArray[Any]
GRACE_SECONDS = 10
"""So long workers may take to fail, too, after one of them did; then they wait for it in vain."""
_OWN_PARAMETERS = re.compile(r"\nparameters:.*\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a worker is told beside its parts."""

    parameters: Mapping[str, Any]
    class_weights: Array | None
    """What a row of each class weighs more."""
    tells: bool = False
    """Whether it hands back the trees: all workers have the same ones."""


def take_lightgbm_trees(client: Client, inner: Any, parts: Sequence[Part]) -> None:
    """The fitted estimator has the trees that the workers grow on their parts.

    Raises WorkerLost when one of them goes, and what LightGBM raises.
    """
    booster = inner.booster_
    weights = _class_weights(client, parts) if inner.class_weight == "balanced" else None
    # What the estimator told LightGBM when it was fitted on the sample.
    plan = Plan(booster.params, weights)
    trees = _OWN_PARAMETERS.sub("", _trees(client, parts, plan))
    # The parameters of the estimator stay: those of a worker name machines.
    own = _OWN_PARAMETERS.search(booster.model_to_string())
    booster.model_from_string(trees + (own[0] if own else ""))


def _class_weights(client: Client, parts: Sequence[Part]) -> Array:
    """What makes all classes weigh the same over all rows."""
    asked = {client.submit(_counted, part.read, workers=[part.at]): part.at for part in parts}
    awaited(client, asked)
    found = client.gather(list(asked))
    counts = np.sum([np.pad(one, (0, max(map(len, found)) - len(one))) for one in found], axis=0)
    weights: Array = counts.sum() / (len(counts) * counts)
    return weights


def _counted(read: Read) -> Array:
    return np.bincount(read[1].astype(np.intp))


def _trees(client: Client, parts: Sequence[Part], plan: Plan) -> str:
    """The trees that all workers grow together, as LightGBM writes them."""
    shares: dict[str, list[Future[Read]]] = {}
    for part in parts:
        shares.setdefault(part.at, []).append(part.read)
    held = {at: client.submit(_held_port, workers=[at], pure=False) for at in shares}
    numbers = {at: client.submit(_number, held[at], workers=[at], pure=False) for at in shares}
    awaited(client, {number: at for at, number in numbers.items()})
    ports: dict[str, int] = client.gather(numbers)
    machines = ",".join(f"{urlparse(at).hostname}:{port}" for at, port in ports.items())
    threads = client.nthreads()
    asked: dict[Future[Any], str] = {}
    for at, share in shares.items():
        own = {**plan.parameters, "num_threads": threads[at]}
        if len(shares) > 1:
            own |= {"tree_learner": own.get("tree_learner", "data"), "machines": machines}
            own |= {"local_listen_port": ports[at], "num_machines": len(shares)}
        told = replace(plan, parameters=own, tells=not asked)
        asked[client.submit(_grow, share, told, held[at], workers=[at], pure=False)] = at
    try:
        awaited(client, asked)
    except Exception as error:
        _let_go(client, asked, error)
        raise
    found: str = next(iter(asked)).result()
    return found


def _let_go(client: Client, asked: Mapping[Future[Any], str], error: Exception) -> None:
    """No worker waits for another one any more.

    LightGBM waits without end for one that is gone, and keeps a network that failed.
    Raises WorkerLost where workers waited for one that had failed.
    """
    if isinstance(error, WorkerLost):
        begun_anew(client)
        return
    with suppress(TimeoutError):
        wait(list(asked), timeout=GRACE_SECONDS)
    there = addresses(client)
    waiting = frozenset(at for one, at in asked.items() if at not in there or not one.done())
    if waiting:  # Where all failed, what was asked of them is at fault.
        begun_anew(client)
        raise WorkerLost(waiting, len(asked)) from error


def _held_port() -> socket.socket:
    """A port of the worker that nobody else takes until it is closed."""
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    found.bind(("", 0))
    return found


def _number(held: socket.socket) -> int:
    number: int = held.getsockname()[1]
    return number


def _grow(share: Sequence[Read], plan: Plan, held: socket.socket) -> str:
    """The trees as text, or nothing where another worker tells them; on a worker."""
    lightgbm = importlib.import_module("lightgbm")
    answers = np.concatenate([read[1] for read in share])
    weights = _weights(share, answers, plan.class_weights)
    parameters = dict(plan.parameters)
    # A list of arrays is read where it lies; one array of all rows would be a copy.
    rows = lightgbm.Dataset(
        [read[0] for read in share], label=answers, weight=weights, params=parameters
    )
    held.close()
    booster = lightgbm.train(parameters, rows)
    booster.free_network()
    return booster.model_to_string() if plan.tells else ""


def _weights(share: Sequence[Read], answers: Array, by_class: Array | None) -> Array | None:
    given = [read[2] for read in share if read[2] is not None]
    weights = np.concatenate(given) if given else None
    if by_class is None:
        return weights
    found = by_class[answers.astype(np.intp)]
    return found if weights is None else weights * found
