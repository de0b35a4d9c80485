"""Which question does a verdict of the gates answer, and is it still the one that is asked?"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from trainyard.api.gates import Gate, direction_of
from trainyard.api.v1alpha1.model_version import Evaluation, ModelVersion
from trainyard.champion import Champion


@dataclass(frozen=True, slots=True)
class Question:
    """What a verdict is about: the same question is judged once."""

    champion: str | None
    gates_digest: str
    dataset_digest: str | None


def question_of(evaluation: Evaluation) -> Question:
    """Return what the verdict was about."""
    return Question(evaluation.champion, evaluation.gates_digest, evaluation.dataset_digest)


def question_about(version: ModelVersion, gates: Sequence[Gate], champion: Champion) -> Question:
    """Return what these gates ask about the version now."""
    return Question(
        champion=champion.bundle_digest,
        gates_digest=gates_digest(gates),
        dataset_digest=version.spec.dataset_digest,
    )


def standing(evaluations: Sequence[Evaluation]) -> Evaluation | None:
    """Return the verdict that stands: the newest."""
    return evaluations[-1] if evaluations else None


def is_answered(version: ModelVersion, question: Question, before: Question) -> bool:
    """Tell whether a verdict about `before` answers `question`.

    It does when the question is the same; also when the version has become the champion itself:
    what it passed against its predecessor is why it serves.
    """
    if question == before:
        return True
    own = version.spec.bundle_digest
    return question.champion == own and question.gates_digest == before.gates_digest


def gates_digest(gates: Sequence[Gate]) -> str:
    """Return the digest of what the gates ask; their names and order do not count."""
    asked = sorted(json.dumps(_asked(gate), sort_keys=True) for gate in gates)
    return f"sha256:{hashlib.sha256(json.dumps(asked).encode()).hexdigest()}"


def _asked(gate: Gate) -> dict[str, object]:
    against = gate.against_champion
    further = {
        "confidencePercent": against.confidence_percent if against is not None else None,
        **{
            name: bound.to_api()
            for name in ("slice", "fairness", "latency", "size", "behaviour")
            if (bound := getattr(gate, name)) is not None
        },
    }
    return {
        "metric": gate.metric,
        "min": gate.min,
        "max": gate.max,
        "maxRegression": against.max_regression if against is not None else None,
        "direction": str(direction_of(gate)),
        # What is not asked for leaves the digest as it was before it could be.
        **{name: asked for name, asked in further.items() if asked is not None},
    }
