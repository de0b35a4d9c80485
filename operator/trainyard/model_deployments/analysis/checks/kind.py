"""What a kind of check is, and what a look brings to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from trainyard.api.v1alpha1.answer_pairs import AnswerPairs
from trainyard.api.v1alpha1.model_deployment import Check
from trainyard.api.v1alpha1.rehearsal import Rehearsal
from trainyard.api.v1alpha1.rollout_status import CheckState
from trainyard.model_deployments.analysis.dispersion import NOTHING, Spread
from trainyard.model_deployments.analysis.evidence import Answer, Interval
from trainyard.model_deployments.analysis.labelled import LabelledValue
from trainyard.model_deployments.analysis.queries import QueryAnswer

Evidence = tuple[int, ...]
"""What is kept of all looks, as integers for the status; only the kind knows their order."""


@dataclass(frozen=True, slots=True)
class LabelledArms:
    """What labels that came later say of both versions."""

    stable: LabelledValue
    canary: LabelledValue
    higher_is_better: bool


@dataclass(frozen=True, slots=True)
class Look:
    """What one look brought in."""

    interval: Interval | None = None
    why: str = ""
    """Why there is no interval."""
    answers: Mapping[str, QueryAnswer] | None = None
    """Answers to the users' queries by check; None: they were not asked this time."""
    labelled: LabelledArms | None = None
    """What the last join of labels says; None: there was none."""
    rehearsal: Rehearsal | None = None
    """Answers to recorded inputs; None: there was no rehearsal."""
    pairs: AnswerPairs | None = None
    """Answers to live requests so far; None: the new version got no copies."""


@dataclass(frozen=True, slots=True)
class Samples:
    """How many requests of the present step are counted, with this look."""

    stable: int
    canary: int
    wanted: int


@dataclass(frozen=True, slots=True)
class Bounds:
    """What an answer depends on beside the evidence."""

    samples: Samples
    threshold: float
    """ln(1/α) of the check, if it compares."""
    known: Spread
    """How unevenly errors came in earlier rollouts."""
    known_split: Spread = NOTHING
    """How unevenly they divided between both versions there."""


class CheckKind(Protocol):
    """One member of the union `Check`."""

    @property
    def name(self) -> str:
        """The member of the union, and the tag of its stored evidence."""
        ...

    @property
    def version(self) -> int:
        """The form of its stored evidence; it rises when older evidence cannot be read."""
        ...

    @property
    def alarm_parts(self) -> int:
        """Its parts of the declared false alarms; 0: it does not compare both versions."""
        ...

    def query(self, check: Check) -> str | None:
        """Return the query that it needs an answer to, or None."""
        ...

    def folded(self, check: Check, evidence: Evidence, look: Look) -> Evidence:
        """Return the evidence with what the look brought in; empty is a new start."""
        ...

    def answer(
        self, check: Check, evidence: Evidence, look: Look, bounds: Bounds
    ) -> tuple[Answer, str]:
        """Return what all evidence says, and a sentence."""
        ...


def is_of(kind: CheckKind, state: CheckState) -> bool:
    """Tell whether the kind can read this evidence."""
    return (state.kind, state.version) == (kind.name, kind.version)
