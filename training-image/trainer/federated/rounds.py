"""How does one model come of what the parties send in a round? Flower's strategies, counted."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np
from flwr.app import ArrayRecord, Message, MetricRecord
from flwr.serverapp.strategy import (
    DifferentialPrivacyServerSideFixedClipping,
    FedAvg,
    FedMedian,
    FedTrimmedAvg,
    Krum,
    Strategy,
)

from trainer.federated.enrolment import enrolled_nodes
from trainer.tasks.federation import Federation

TRIMMED = 0.25
"""FedTrimmedAvg leaves out so large a part of the parties at each end, number by number."""


class TooFewReplies(Exception):
    """In a round fewer parties answered than the recipe asks for."""


class _Counted:
    """Mixed into a strategy: which parties took part in which round; unusable replies left out."""

    federation: Federation
    members: frozenset[str]
    shapes: tuple[tuple[int, ...], ...]
    rounds_of: Counter[str]
    rounds: int

    def aggregate_train(
        self, server_round: int, replies: Iterable[Message]
    ) -> tuple[ArrayRecord | None, MetricRecord | None]:
        """See Flower. Raises TooFewReplies."""
        names = enrolled_nodes(os.environ)
        sent = {names.get(r.metadata.src_node_id, ""): r for r in replies}
        usable = {name: r for name, r in sent.items() if self._is_usable(name, r)}
        if len(usable) < self.federation.min_participants:
            raise TooFewReplies(
                f"in round {server_round} {len(usable)} of {len(self.members)} participants"
                f" answered within {self.federation.round_seconds} s, and minParticipants is"
                f" {self.federation.min_participants}"
            )
        self.rounds = server_round
        self.rounds_of.update(usable.keys())
        found = super().aggregate_train(server_round, list(usable.values()))  # type: ignore[misc]
        sys.stderr.write(f"round {server_round}: {len(usable)} participants\n")
        return found  # type: ignore[no-any-return]

    def _is_usable(self, name: str, reply: Message) -> bool:
        if name not in self.members:
            return False
        if reply.has_error():
            sys.stderr.write(f"{name} left the round: {reply.error.reason}\n")
            return False
        arrays = next(iter(reply.content.array_records.values())).to_numpy_ndarrays()
        shapes = tuple(array.shape for array in arrays)
        if shapes != self.shapes or not all(np.isfinite(array).all() for array in arrays):
            sys.stderr.write(f"{name} sent parameters that are none of this model\n")
            return False
        return True


class _Averaged(_Counted, FedAvg):  # type: ignore[misc, unused-ignore]
    """The mean, weighed by rows."""


class _Median(_Counted, FedMedian):  # type: ignore[misc, unused-ignore]
    """The median, number by number."""


class _Trimmed(_Counted, FedTrimmedAvg):  # type: ignore[misc, unused-ignore]
    """The mean without the ends, number by number."""


class _Nearest(_Counted, Krum):  # type: ignore[misc, unused-ignore]
    """The parameters that lie nearest to those of the others."""


def strategy_of(
    federation: Federation, members: frozenset[str], arrays: ArrayRecord
) -> tuple[Strategy, Any]:
    """The strategy that the recipe names, and the part of it that counts the parties."""
    least = federation.min_participants
    given: dict[str, Any] = {
        "fraction_evaluate": 0.0,
        "min_train_nodes": least,
        "min_available_nodes": least,
    }
    counted: Any
    match federation.strategy:
        case "FedMedian":
            counted = _Median(**given)
        case "FedTrimmedAvg":
            counted = _Trimmed(**given, beta=TRIMMED)
        case "Krum":
            counted = _Nearest(**given, num_malicious_nodes=(len(members) - 1) // 3)
        case _:
            counted = _Averaged(**given)
    counted.federation, counted.members = federation, members
    counted.shapes = tuple(array.shape for array in arrays.to_numpy_ndarrays())
    counted.rounds_of, counted.rounds = Counter(), 0
    private = federation.differential_privacy
    if private is None:
        return counted, counted
    return DifferentialPrivacyServerSideFixedClipping(
        counted, private.noise_multiplier, private.clipping_norm, len(members)
    ), counted
