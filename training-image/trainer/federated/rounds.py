"""How does one model come of what the parties send in a round? Flower's strategies, counted."""

from __future__ import annotations

import math
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from flwr.app import ArrayRecord, ConfigRecord, Message, MetricRecord
from flwr.serverapp import Grid
from flwr.serverapp.strategy import (
    DifferentialPrivacyServerSideFixedClipping,
    FedAvg,
    FedMedian,
    FedTrimmedAvg,
    FedXgbBagging,
    Krum,
    Strategy,
)

from trainer.federated.client_app import LOSS, METRICS, ROWS
from trainer.federated.enrolment import enrolled_nodes
from trainer.federated.progress import progress_of, write_progress
from trainer.federated.shared_trees import bounded_tree
from trainer.tasks.federation import Federation

TRIMMED = 0.25
"""FedTrimmedAvg leaves out so large a part of the parties at each end, number by number."""
_PAUSE = 1.0


class TooFewReplies(Exception):
    """In a round fewer parties were there, or answered, than the recipe asks for."""


class _Counted:
    """Mixed into a strategy: which parties took part in which round; unusable replies left out.

    What a reply counts follows from what its party stated before the first round, not from what it
    says now; with differential privacy all count alike, as the noise is made for that.
    """

    federation: Federation
    rows: Mapping[str, int]
    shapes: tuple[tuple[int, ...], ...]
    rounds_of: Counter[str]
    rounds: int
    answered: list[int]
    """How many parties counted, round by round."""

    def configure_train(
        self, server_round: int, arrays: ArrayRecord, config: ConfigRecord, grid: Grid
    ) -> Iterable[Message]:
        """See Flower, which would wait without end. Raises TooFewReplies."""
        least = self.federation.min_participants
        there = awaited(
            lambda: [*grid.get_node_ids()], lambda: least, self.federation.round_seconds
        )
        if len(there) < least:
            raise TooFewReplies(
                f"before round {server_round} {len(there)} of {len(self.rows)} participants were"
                f" connected for {self.federation.round_seconds} s, and minParticipants is {least}"
            )
        found: Iterable[Message] = super().configure_train(  # type: ignore[misc]
            server_round, arrays, config, grid
        )
        return [*found]

    def aggregate_train(
        self, server_round: int, replies: Iterable[Message]
    ) -> tuple[ArrayRecord | None, MetricRecord | None]:
        """See Flower. Raises TooFewReplies."""
        usable = self.usable(replies)
        if len(usable) < self.federation.min_participants:
            raise TooFewReplies(
                f"in round {server_round} {len(usable)} of {len(self.rows)} participants"
                f" answered within {self.federation.round_seconds} s, and minParticipants is"
                f" {self.federation.min_participants}"
            )
        loss = self._loss(usable)
        for name, reply in usable.items():
            self._weigh(name, reply)
        self.rounds = server_round
        self.rounds_of.update(usable.keys())
        self.answered.append(len(usable))
        found = super().aggregate_train(server_round, list(usable.values()))  # type: ignore[misc]
        told = (self.federation.rounds, self.rows, self.rounds_of, {*usable})
        write_progress(os.environ, replace(progress_of(server_round, *told), loss=loss))
        return found  # type: ignore[no-any-return]

    def usable(self, replies: Iterable[Message]) -> dict[str, Message]:
        """The replies with parameters of this model, by the party that sent them."""
        names = enrolled_nodes(os.environ)
        sent = {names.get(r.metadata.src_node_id, ""): r for r in replies}
        return {name: r for name, r in sorted(sent.items()) if self._is_usable(name, r)}

    def _is_usable(self, name: str, reply: Message) -> bool:
        if name not in self.rows:
            return False
        if reply.has_error():
            sys.stderr.write(f"{name} left the round: {reply.error.reason}\n")
            return False
        records = [*reply.content.array_records.values()]
        why = self._why_unusable(records[0].to_numpy_ndarrays()) if len(records) == 1 else "none"
        if why:
            sys.stderr.write(f"{name} sent parameters that are none of this model: {why}\n")
        return not why

    def _why_unusable(self, arrays: list[Any]) -> str:
        shapes = tuple(array.shape for array in arrays)
        if shapes != self.shapes:
            return "their shapes are others"
        return "" if all(np.isfinite(array).all() for array in arrays) else "not all are numbers"

    def _weigh(self, name: str, reply: Message) -> None:
        alike = self.federation.differential_privacy is not None
        record = MetricRecord({ROWS: 1 if alike else self.rows[name]})
        for key in [*reply.content.metric_records]:
            del reply.content[key]
        reply.content[METRICS] = record

    def _loss(self, usable: Mapping[str, Message]) -> float | None:
        said: dict[str, float] = {}
        for name, reply in usable.items():
            for record in reply.content.metric_records.values():
                loss = record.get(LOSS)
                if isinstance(loss, float) and math.isfinite(loss):
                    said[name] = loss
        if not said:
            return None
        weights = [self.rows[name] for name in said]
        return float(np.average([*said.values()], weights=weights))


class _Averaged(_Counted, FedAvg):  # type: ignore[misc, unused-ignore]
    """The mean, weighed by rows."""


class _Median(_Counted, FedMedian):  # type: ignore[misc, unused-ignore]
    """The median, number by number."""


class _Trimmed(_Counted, FedTrimmedAvg):  # type: ignore[misc, unused-ignore]
    """The mean without the ends, number by number."""


class _Nearest(_Counted, Krum):  # type: ignore[misc, unused-ignore]
    """The parameters that lie nearest to those of the others."""


class _Bagged(_Counted, FedXgbBagging):  # type: ignore[misc, unused-ignore]
    """One tree more of each party; a tree counts by the rows of its party, and says no more than
    an honest one may.
    """

    features: int
    learning_rate: float

    def _why_unusable(self, arrays: list[Any]) -> str:
        try:
            bounded_tree(arrays, self.features, 1.0)
        except ValueError as error:
            return str(error)
        return ""

    def _weigh(self, name: str, reply: Message) -> None:
        super()._weigh(name, reply)
        key, record = next(iter(reply.content.array_records.items()))
        share = self.rows[name] / max(1, sum(self.rows.values()))
        tree = bounded_tree(record.to_numpy_ndarrays(), self.features, self.learning_rate * share)
        reply.content[key] = ArrayRecord([tree])


class _Private(DifferentialPrivacyServerSideFixedClipping):  # type: ignore[misc, unused-ignore]
    """Cuts, and adds noise to, what can be used of a round.

    Flower's own gives the round up where one reply is an error, and ends the run where one has
    other shapes or no change at all: one party could.
    """

    counted: Any

    def aggregate_train(
        self, server_round: int, replies: Iterable[Message]
    ) -> tuple[ArrayRecord | None, MetricRecord | None]:
        """See Flower. Raises TooFewReplies."""
        usable = [*self.counted.usable(replies).values()]
        for reply in usable:
            self._move(reply)
        return super().aggregate_train(server_round, usable)  # type: ignore[no-any-return, unused-ignore]

    def _move(self, reply: Message) -> None:
        """A change has a length by which it can be divided: if need be a very short one."""
        key, record = next(iter(reply.content.array_records.items()))
        sent, before = record.to_numpy_ndarrays(), self.current_arrays.to_numpy_ndarrays()
        changes = (np.linalg.norm(a - b) for a, b in zip(sent, before, strict=True))
        if sum(length**2 for length in changes) == 0:
            sent[0] = before[0] + np.spacing(np.maximum(np.abs(before[0]), 1))
            reply.content[key] = ArrayRecord(sent)


def awaited(
    present: Callable[[], list[int]], wanted: Callable[[], int], seconds: float
) -> list[int]:
    """The SuperNodes that are there: as many as are wanted, or those after so many seconds."""
    until = time.monotonic() + seconds
    found = present()
    while len(found) < wanted() and time.monotonic() < until:
        time.sleep(_PAUSE)
        found = present()
    return found


def strategy_of(
    federation: Federation, rows: Mapping[str, int], arrays: ArrayRecord, trees: Any = None
) -> tuple[Strategy, Any]:
    """The strategy that the recipe names, and the part of it that counts the parties.

    `rows`: how many each party stated. `trees`: features and learning rate, where trees are grown.
    """
    counted = _strategy(federation, len(rows), trees)
    counted.federation, counted.rows = federation, rows
    counted.shapes = tuple(array.shape for array in arrays.to_numpy_ndarrays())
    counted.rounds_of, counted.rounds, counted.answered = Counter(), 0, []
    private = federation.differential_privacy
    if private is None:
        return counted, counted
    hiding = _Private(counted, private.noise_multiplier, private.clipping_norm, len(rows))
    hiding.counted = counted
    return hiding, counted


def _strategy(federation: Federation, parties: int, trees: Any) -> Any:
    least = federation.min_participants
    given: dict[str, Any] = {
        "fraction_evaluate": 0.0,
        "min_train_nodes": least,
        "min_available_nodes": least,
    }
    if trees is not None:
        bagged = _Bagged(**given)
        bagged.features, bagged.learning_rate = trees
        return bagged
    match federation.strategy:
        case "FedMedian":
            return _Median(**given)
        case "FedTrimmedAvg":
            return _Trimmed(**given, beta=TRIMMED)
        case "Krum":
            return _Nearest(**given, num_malicious_nodes=(parties - 1) // 3)
        case _:
            return _Averaged(**given)
