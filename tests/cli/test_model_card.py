"""A card says what is recorded, and says where nothing is."""

from __future__ import annotations

import yaml
from a_recorded_version import BUNDLE, DATA, all_recorded, alone, with_code

from trainyardctl.model_card import model_card
from trainyardctl.recorded import runs_when_loaded

JOINED = "2026-03-03T12:00:00Z"


def test_the_front_matter_is_read_by_the_hubs_tools() -> None:
    """Task, data and results as their specification names them."""
    _, matter, _ = model_card(all_recorded()).split("---\n", 2)
    found = yaml.safe_load(matter)
    assert "apache-2.0" == found["license"]
    (index,) = found["model-index"]
    (result,) = index["results"]
    assert "tabular-classification" == found["pipeline_tag"] == result["task"]["type"]
    assert {"type": DATA, "name": "cellar"} == result["dataset"]
    assert {"roc_auc": 0.97, "accuracy": 0.91} == {m["type"]: m["value"] for m in result["metrics"]}


def test_whatever_is_recorded_is_told() -> None:
    """Line by line; what a cell says ends no table."""
    lines = model_card(all_recorded()).splitlines()
    for line in (
        "# wine-bbbbbbbbbb",
        f"| Bytes | {BUNDLE} |",
        "| Author of the recipe | ada |",
        "| Because | NewData: 12 \\| more rows |",
        "| Trained by | trainyard/training:1; scikit-learn 1.8.0 |",
        "| Its code | 0f3c9a1 of https://git.example.org/x, with changes that are in no revision |",
        "| Intended use | Sorting cellars by quality |",
        "| Not to be used for | not recorded |",
        "| Owners | cellar team, ada@example.org |",
        "- Knows no wine of the south",
        f"| alcohol | 0.2 (0.15 to 0.25) | {'█' * 20} |",
        '| a<b & "c" | -0.01 (-0.03 to 0.01) |  |',
        "| region | north | accuracy | 0.88 (0.76 to 0.95) | 50 |",
        "| region | DemographicParityDifference | 0.04 (0 to 0.29) | north and south |",
        "| 0.9 | 1 (0.7 to 1) | 50 |",
        f"- accuracy on 812 labelled live rows of wine, as joined {JOINED}: 0.9 (0.87 to 0.93)",
        "| Rows | 900 to train on, 100 to test on |",
        "| Against the version before | +12 rows |",
        "| accuracy | 0.91 |",
        "GatesPassed: good",
        "| good | Bound | Passed | roc_auc 0.97 ≥ 0.8 |",
        "| bob | Approve | risk | 2026-03-02T12:00:00Z | looked at it |",
        "- ModelDeployment wine: stable",
        "    - signal Drift: acidity moved",
        "- No gate compared how groups of people are treated.",
    ):
        assert line in lines, line
    assert not [line for line in lines if "| eve |" in line]


def test_what_is_not_recorded_is_told_too() -> None:
    """No field is filled with what might be."""
    text = model_card(alone())
    for words in (
        "| Author of the recipe | not recorded |",
        "no Dataset lists this version any more",
        "not judged yet",
        "Nobody approved or rejected this version.",
        "No ModelDeployment of this namespace serves it.",
        "| Owners | not recorded |",
        "What columns are worth to it was not looked at.",
        "No person's judgement of it is on record.",
    ):
        assert words in text, words


def test_what_loading_runs_is_told() -> None:
    """A pickle, with the modules that travel with it; of other models nothing is said."""
    text = model_card(with_code())
    said = "a pickle, and code in its bundle: rare_rows, words (3 files, 2104 bytes)"
    assert f"| Runs when it is loaded | {said} |" in text
    assert "- Whatever loads it runs code of its maker, with the rights of that process." in text
    assert "Runs when" not in model_card(all_recorded())
    assert "a pickle" == runs_when_loaded({"trust": "Pickle"})
