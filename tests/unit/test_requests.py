"""What people ask for acts once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from toys import Toy

from trainyard.api.base import KindStatus
from trainyard.ownership import REQUEST
from trainyard.requests import (
    Request,
    Verb,
    acting_now,
    outcomes_with,
    parse_request,
    pending_request,
    refusal_without_status,
)

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("promote@r1#2", (Verb.PROMOTE, "r1", "2"), id="verb, target and token"),
        pytest.param("pause@r1", (Verb.PAUSE, "r1", ""), id="no token"),
        pytest.param("refresh", (Verb.REFRESH, "", ""), id="no target"),
        pytest.param("unquarantine@sha256:ab", (Verb.UNQUARANTINE, "sha256:ab", ""), id="a digest"),
        pytest.param("explode@r1", (None, "r1", ""), id="a word that is none of ours"),
    ],
)
def test_parts(text: str, expected: tuple[Verb | None, str, str]) -> None:
    """`<verb>@<target>[#token]`."""
    found = parse_request(text)
    assert expected == (found.verb, found.target, found.token)
    assert text == found.text


@pytest.mark.parametrize(
    ("annotation", "acted", "pending"),
    [
        pytest.param("run@a", "", "run@a", id="a new request"),
        pytest.param("run@a", "run@a", None, id="one that was acted on"),
        pytest.param("run@a#2", "run@a", "run@a#2", id="the same with another token"),
        pytest.param("", "run@a", None, id="a request that was taken away"),
        pytest.param("  run@a ", "run@a", None, id="spaces around it"),
    ],
)
def test_a_request_acts_once(annotation: str, acted: str, pending: str | None) -> None:
    """Also after restarts: what was acted on stands in the status."""
    metadata = {"namespace": "ns", "name": "a", "annotations": {REQUEST: annotation}}
    toy = Toy.model_validate({"metadata": metadata})
    found = pending_request(toy, KindStatus(last_request=acted))
    assert pending == (found.text if found else None)


@pytest.mark.parametrize(
    ("text", "generation", "refused"),
    [
        pytest.param("run@now", 0, True, id="nobody knows whether it ran before"),
        pytest.param("run@now", 3, False, id="the status would say so"),
        pytest.param("refresh@now", 0, False, id="one refresh more does no harm"),
        pytest.param("pause@r1", 0, False, id="an object may come paused"),
        pytest.param("explode@r1", 0, True, id="a word that is none of ours"),
    ],
)
def test_without_a_status_nothing_is_done_twice(text: str, generation: int, refused: bool) -> None:
    """It was lost, or a backup brought the object back; another token makes it a new request."""
    status = KindStatus(observed_generation=generation)
    refusal = refusal_without_status(status, parse_request(text))
    assert refused == (refusal is not None)
    assert refusal is None or f"e.g. {text}#again" in refusal


def test_the_last_ten_outcomes_are_kept() -> None:
    """The newest last."""
    request = Request(text="run@a", verb=Verb.RUN, target="a", token="")
    outcomes = outcomes_with((), request, done=False, message="no", now=NOW)
    for _ in range(12):
        outcomes = outcomes_with(outcomes, request, done=True, message="yes", now=NOW)
    assert 10 == len(outcomes)
    assert ("Done", "yes", NOW) == (outcomes[-1].outcome, outcomes[-1].message, outcomes[-1].at)


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        pytest.param("", "resume@r1", id="nothing was asked yet"),
        pytest.param("skip@r1", "resume@r1", id="something else was asked last"),
        pytest.param("resume@r2", "resume@r1", id="of another version"),
        pytest.param("resume@r1", "resume@r1#2", id="the same"),
        pytest.param("resume@r1#2", "resume@r1#3", id="the same with a number"),
        pytest.param("resume@r1#f00d", "resume@r1#2", id="the same with a word"),
        pytest.param("resume@r1#123456789", "resume@r1#2", id="the same with a long number"),
    ],
)
def test_what_people_are_told_to_ask_acts(last: str, expected: str) -> None:
    """The same text acts once: whoever waits at the second step is told another one."""
    assert expected == acting_now("resume@r1", last)
    assert expected != last
