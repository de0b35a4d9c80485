"""A card says who trained a model together, and what hides them."""

from __future__ import annotations

from a_recorded_version import DATA, VERSION, all_recorded, alone

from trainyardctl.card_document import card_document
from trainyardctl.card_parties import parties_lines, privacy_sentence
from trainyardctl.model_card import model_card


def test_each_party_has_its_line() -> None:
    """Rows as it stated them, rounds that counted, and whether it stayed."""
    lines = model_card(all_recorded()).splitlines()
    for line in (
        "## Parties that trained it",
        f"| a/wine | 40 | 8 of 8 | {DATA[7:19]} | yes |",
        "| b\\|c/wine | 60 | 3 of 8 | not recorded | no: it withdrew |",
        "8 rounds of FedAvg, each party on rows that stayed with it.",
        "- d/wine could not take part: it has 3 rows to train on",
    ):
        assert line in lines, line


def test_the_document_has_the_same() -> None:
    """Under the words of the API."""
    assert card_document(all_recorded())["version"]["federation"] == VERSION["spec"]["federation"]


def test_one_party_alone_is_no_section() -> None:
    """Nothing is said of parties where there are none."""
    assert not [*parties_lines(alone())]


def test_an_epsilon_is_told_with_what_it_does_not_cover() -> None:
    """So that nobody takes it for one of the whole model."""
    said = privacy_sentence(VERSION["spec"]["federation"])
    assert "epsilon 7.2 at delta 0.00001" in said
    assert "does not cover the means" in said


def test_where_there_is_no_epsilon_the_reason_is_told() -> None:
    """No noise, or noise that is made for something else."""
    assert "no epsilon is reported" in privacy_sentence({"rounds": 8})
    medians = {"noiseMultiplier": "2", "clippingNorm": "5", "why": "FedMedian is no mean"}
    said = privacy_sentence({"privacy": medians})
    assert said.endswith("No epsilon is reported: FedMedian is no mean.")
