"""How far are the rounds of a run that several parties train, and who took part in them?

The coordinator's pod says it, in marks instead of names; what it says is read without trust.
"""

from __future__ import annotations

import hashlib
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from trainyard.api.v1alpha1.federated import FederationState, PartyRounds, RoundsState
from trainyard.conditions import shorten
from trainyard.training_jobs.observed import RoundsSaid

_Number = Annotated[int, Field(ge=0, le=10**6)]
_LONGEST_WHY = 300


class _Told(BaseModel):
    model_config = ConfigDict(strict=True)

    round: _Number = 0
    rounds: _Number = 0
    counted: dict[str, _Number] = {}
    newest: list[str] = []
    loss: Annotated[float, Field(allow_inf_nan=False)] | None = None


def rounds_after(
    before: RoundsState | None, said: RoundsSaid | None, federation: FederationState
) -> RoundsState | None:
    """Return how far the rounds are; who is not asked, or does not say it, changes no figure."""
    known = before if before is not None and before.run == federation.run else None
    if said is None:
        return known
    if said.why:
        return _unknown(known, federation, said.why)
    try:
        told = _Told.model_validate_json(said.text)
    except ValidationError as fault:
        why = f"its answer cannot be read: {fault.errors()[0]['msg']}"
        return _unknown(known, federation, why)
    parties = ((p.dataset, _mark(p.dataset)) for p in federation.participants)
    return RoundsState(
        run=federation.run,
        state="Training" if told.round else "Waiting",
        round=told.round,
        planned=told.rounds,
        loss="" if told.loss is None else f"{told.loss:.4g}",
        participants=tuple(
            PartyRounds(dataset=name, rounds=told.counted[mark], in_newest=mark in told.newest)
            for name, mark in parties
            if mark in told.counted
        ),
    )


def told_rounds(state: RoundsState) -> str:
    """Return in words how far the rounds are, and who was not in the newest one."""
    if state.state == "Unknown":
        known = f"; the last that is known is round {state.round}" if state.round else ""
        return f"how far the rounds are is not known ({state.message}){known}"
    if not state.round:
        return "no round is over yet"
    there = sum(party.in_newest for party in state.participants)
    missing = [party.dataset for party in state.participants if not party.in_newest]
    loss = f", loss {state.loss}" if state.loss else ""
    without = f", without {', '.join(missing)}" if missing else ""
    parties = f"{there} of {len(state.participants)} participants{without}"
    return f"round {state.round} of {state.planned}: {parties}{loss}"


def _unknown(known: RoundsState | None, federation: FederationState, why: str) -> RoundsState:
    """The reason is written once: its words may differ each time."""
    if known is not None and known.state == "Unknown":
        return known
    state = known or RoundsState(run=federation.run, state="Unknown")
    update = {"state": "Unknown", "message": shorten(why, _LONGEST_WHY)}
    return state.model_copy(update=update)


def _mark(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:16]
