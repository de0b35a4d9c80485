"""What may be asked, about what, and what became of it."""

from __future__ import annotations

from typing import Any

import pytest
from a_namespace import data, deployment, job, releasing

from trainyard.requests import Verb
from trainyardctl.asking import (
    Answer,
    NothingToAsk,
    answer_to,
    kinds_that_know,
    request_text,
    targets,
)
from trainyardctl.names import object_name

QUARANTINED = deployment(quarantine=[{"revision": "wine-3333333333"}])


@pytest.mark.parametrize(
    ("name", "raw", "verb", "text"),
    [
        ("wine", releasing(), Verb.PROMOTE, "promote@wine-2222222222#t"),
        ("wine", releasing(), Verb.ABORT, "abort@wine-2222222222#t"),
        ("wine", deployment(), Verb.UNDO, "undo@wine-1111111111#t"),
        ("wine", QUARANTINED, Verb.UNQUARANTINE, "unquarantine@wine-3333333333#t"),
        ("wine", QUARANTINED, Verb.RETRY, "retry@wine-3333333333#t"),
        ("wine", deployment(), Verb.REFRESH_IMAGES, "refresh-images@t"),
        ("dset/wine", data(), Verb.REFRESH, "refresh@now#t"),
        ("tj/wine", job(), Verb.RETRY, "retry@wine-2#t"),
        ("tj/wine", job(), Verb.RUN, "run@now#t"),
        ("bp/daily", {}, Verb.RUN, "run@now#t"),
        ("bp/daily", {}, Verb.ABORT, "abort@now#t"),
    ],
)
def test_without_a_target_it_is_about_what_is_there(
    name: str, raw: dict[str, Any], verb: Verb, text: str
) -> None:
    """The token makes it a new request each time."""
    assert text == request_text(object_name(name), raw, verb, "", "t")


def test_a_target_that_a_person_names_is_kept() -> None:
    """The operator says whether it is right."""
    text = request_text(object_name("wine"), releasing(), Verb.PROMOTE, "wine-9", "t")
    assert "promote@wine-9#t" == text


@pytest.mark.parametrize(
    ("name", "raw", "verb", "words"),
    [
        ("wine", deployment(), Verb.PROMOTE, "nothing to promote now"),
        ("tj/wine", job(runs=[]), Verb.RETRY, "nothing to retry now"),
        ("dset/wine", data(), Verb.PROMOTE, "a Dataset knows refresh, accept-schema"),
        ("mv/wine", {}, Verb.PROMOTE, "a ModelVersion knows no request"),
    ],
)
def test_what_cannot_be_asked_is_not(
    name: str, raw: dict[str, Any], verb: Verb, words: str
) -> None:
    """Nothing is written for it."""
    with pytest.raises(NothingToAsk, match=words):
        request_text(object_name(name), raw, verb, "", "t")


def test_every_verb_is_known_to_a_kind() -> None:
    """A verb that the operator learns is one of the command line, too."""
    assert [] == [verb for verb in Verb if not kinds_that_know(verb)]
    assert () == targets(object_name("wine"), deployment(), Verb.PROMOTE)


def test_the_answer_is_the_one_to_this_text() -> None:
    """An earlier one with other words is none."""
    raw = deployment(
        requests=[
            {"request": "undo@a#1", "outcome": "Refused", "message": "no"},
            {"request": "undo@a#2", "outcome": "Done", "message": "back"},
        ]
    )
    assert Answer(False, "no") == answer_to(raw, "undo@a#1")
    assert Answer(True, "back") == answer_to(raw, "undo@a#2")
    assert answer_to(raw, "undo@a#3") is None
