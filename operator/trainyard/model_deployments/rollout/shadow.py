"""Strategy Shadow: the new version gets copies of requests, and its answers reach nobody.

Starting ──ready──► step 1 ──passes──► step 2 … ──passes──► answers judged? ──Pass──► promoted
   │                  │  ▲                                     │                         ▲
   │                  │  └ evidence, resume ─ Inconclusive     └ none ──► Paused ────────┘
   ▼                  ▼                                                   resume, promote
rolled back (crash, rehearsal, failed check)

Errors and latency of the copies are compared with those of the requests that users sent. That
answers are there and quick says nothing of whether they are right: that a check `agreement` or
`quality` says, or a person.
"""

from __future__ import annotations

from dataclasses import replace

from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentReason as Reason
from trainyard.model_deployments.analysis.checks.kinds import judges_answers
from trainyard.model_deployments.analysis.evidence import Answer
from trainyard.model_deployments.rollout.stepping import step_by_step
from trainyard.model_deployments.rollout.strategy import Act, Move, Standing
from trainyard.requests import Verb

_ENDS = frozenset({Act.FINISH, Act.PROMOTE})


def next_move(at: Standing) -> Move:
    """Return the next move through the steps; behind the last one a person has the last word,
    unless the answers were compared.
    """
    move = step_by_step(at)
    compared = judges_answers(at.spec.analysis) and at.verdict is Answer.PASS
    if move.act not in _ENDS or compared:
        return move
    ways = f"{at.request(Verb.PROMOTE)} or {at.request(Verb.ABORT)}"
    why = f"all steps passed and it waits: {ways}; {at.why}"
    return replace(move, act=Act.PAUSE, why=why, reason=Reason.PAUSED)
