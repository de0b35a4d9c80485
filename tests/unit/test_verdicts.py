"""Which question a verdict answers."""

from __future__ import annotations

import pytest
from builders_training import Raw, a_model_version, digest

from trainyard.api.gates import Gate
from trainyard.champion import Champion, ChampionState
from trainyard.verdicts import Question, gates_digest, is_answered, question_about


def _gate(**fields: object) -> Gate:
    return Gate.model_validate({"name": "g", **fields})


@pytest.mark.parametrize(
    ("champion", "gates", "answered"),
    [
        pytest.param("c", "9", True, id="the same question"),
        pytest.param("d", "9", False, id="another champion"),
        pytest.param("c", "8", False, id="other gates"),
        pytest.param("b", "9", True, id="it is the champion itself by now"),
        pytest.param("b", "8", False, id="the champion itself, under other gates"),
    ],
)
def test_what_a_verdict_answers(champion: str, gates: str, answered: bool) -> None:
    """The same question only, unless the version has taken its predecessor's place."""
    before = Question(digest("c"), digest("9"), digest("d"))
    now = Question(digest(champion), digest(gates), digest("d"))
    assert answered == is_answered(a_model_version("b"), now, before)


def test_what_is_asked_now() -> None:
    """Champion, gates and test rows."""
    gates = (_gate(metric="rmse", max="4"),)
    version = a_model_version("b")
    champion = Champion(ChampionState.FOUND, bundle_digest=digest("c"))
    expected = Question(digest("c"), gates_digest(gates), version.spec.dataset_digest)
    assert expected == question_about(version, gates, champion)


@pytest.mark.parametrize(
    ("other", "same"),
    [
        pytest.param({"name": "other"}, True, id="the name asks nothing"),
        pytest.param({"direction": "Lower"}, True, id="a direction that is known anyway"),
        pytest.param({"max": "5"}, False, id="the bound"),
        pytest.param({"metric": "mae"}, False, id="the metric"),
        pytest.param({"slice": {"column": "site"}}, False, id="in which rows"),
    ],
)
def test_the_digest_of_gates_is_what_they_ask(other: Raw, same: bool) -> None:
    """Verdicts are keyed by it: what changes nothing is not judged again."""
    gate = {"metric": "rmse", "max": "4"}
    assert same == (gates_digest((_gate(**gate),)) == gates_digest((_gate(**(gate | other)),)))


def test_the_order_of_gates_does_not_count() -> None:
    """They are a map by name."""
    one, two = _gate(metric="rmse", max="4"), _gate(metric="mae", max="3")
    assert gates_digest((one, two)) == gates_digest((two, one))


def test_what_was_asked_before_there_were_slices_has_the_same_digest() -> None:
    """An upgrade judges nothing again."""
    gate = _gate(metric="rmse", max="4")
    before = "sha256:31d9b47ed6020044689d2ace6e7029a37cee05312d3148f50d76a8f018f7855d"
    assert before == gates_digest((gate,))


def test_how_sure_a_gate_has_to_be_is_asked() -> None:
    """Another confidence is another question."""
    asked = [
        gates_digest((_gate(metric="f1", againstChampion={"confidencePercent": sure}),))
        for sure in (None, 90, 95)
    ]
    assert 3 == len(set(asked))
