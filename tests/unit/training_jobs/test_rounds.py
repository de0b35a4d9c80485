"""How far rounds are, as a coordinator says it, and what of that is believed."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from trainyard.api.v1alpha1.federated import FederationState, ParticipantState, RoundsState
from trainyard.training_jobs.observed import RoundsSaid
from trainyard.training_jobs.rounds import rounds_after, told_rounds

WARDS = ("team/ward-a", "team/ward-b", "team/ward-c")
FEDERATION = FederationState(
    run="run-1",
    participants=tuple(ParticipantState(dataset=ward, state="Enrolled") for ward in WARDS),
)
MARKS = [hashlib.sha256(ward.encode()).hexdigest()[:16] for ward in WARDS]


def said(number: int, newest: int, **more: Any) -> RoundsSaid:
    """Return what a coordinator says after a round in which the first `newest` parties were."""
    counted = {mark: number if mark in MARKS[:newest] else number - 1 for mark in MARKS}
    told = {"round": number, "rounds": 10, "counted": counted, "newest": MARKS[:newest]}
    return RoundsSaid(json.dumps({**told, "answered": newest, **more}).encode())


def after(*answers: RoundsSaid | None) -> RoundsState | None:
    """Return what is known after these answers."""
    found = None
    for answer in answers:
        found = rounds_after(found, answer, FEDERATION)
    return found


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ((RoundsSaid(b"{}"),), "no round is over yet"),
        ((said(1, 3, loss=0.51234),), "round 1 of 10: 3 of 3 participants, loss 0.5123"),
        ((said(2, 3),), "round 2 of 10: 3 of 3 participants"),
        ((said(3, 2),), "round 3 of 10: 2 of 3 participants, without team/ward-c"),
        ((said(3, 2), None), "round 3 of 10: 2 of 3 participants, without team/ward-c"),
        (
            (said(3, 3), RoundsSaid(why="no answer")),
            "how far the rounds are is not known (no answer); the last that is known is round 3",
        ),
        ((RoundsSaid(why="no answer"),), "how far the rounds are is not known (no answer)"),
        (
            (said(3, 3), RoundsSaid(why="no answer"), said(5, 3)),
            "round 5 of 10: 3 of 3 participants",
        ),
    ],
)
def test_what_is_told(answers: tuple[RoundsSaid | None, ...], sentence: str) -> None:
    """Who does not answer changes no figure."""
    found = after(*answers)
    assert found is not None
    assert sentence == told_rounds(found)


def test_each_participant_has_its_rounds() -> None:
    """By name, although the coordinator tells marks."""
    found = after(said(4, 2))
    assert found is not None
    rounds = [(p.dataset, p.rounds, p.in_newest) for p in found.participants]
    assert rounds == [(WARDS[0], 4, True), (WARDS[1], 4, True), (WARDS[2], 3, False)]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"\xff\xfe",
        b'{"round": -1}',
        b'{"round": 1e30}',
        b'{"round": "1"}',
        b'{"loss": NaN}',
        b'{"counted": {"a": 1000001}}',
        b'{"newest": "all"}',
    ],
)
def test_what_cannot_be_a_progress_is_unknown(text: bytes) -> None:
    """Never an error, and the figures of before stay."""
    found = after(said(2, 3), RoundsSaid(text))
    assert found is not None
    assert (found.state, found.round) == ("Unknown", 2)
    assert "cannot be read" in found.message


def test_silence_is_written_once() -> None:
    """The words of a fault may differ each time."""
    once = after(said(2, 3), RoundsSaid(why="one"))
    assert once == rounds_after(once, RoundsSaid(why="another"), FEDERATION)


def test_strangers_are_not_named() -> None:
    """A coordinator may say what it likes: only participants are in the status."""
    found = after(said(1, 3, counted={"0" * 16: 7, MARKS[1]: 1}))
    assert found is not None
    assert [p.dataset for p in found.participants] == [WARDS[1]]


def test_another_run_begins_anew() -> None:
    """Figures of the run before say nothing of it."""
    other = FEDERATION.model_copy(update={"run": "run-2"})
    assert rounds_after(after(said(9, 3)), None, other) is None
