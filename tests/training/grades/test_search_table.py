"""What is kept of a search."""

from __future__ import annotations

from trainer.grades.search_table import search_table
from trainer.tasks.train_task import Search


def test_every_trial_has_its_row() -> None:
    """A score, or why there is none."""
    trials = [
        {"parameters": {"C": 1}, "score": "0.9"},
        {"parameters": {"C": 2}, "score": "failed: Raised: no"},
        {"parameters": {"C": 3}},
    ]
    search = Search.model_validate({"objective": "f1", "folds": 3, "trials": trials})
    assert {
        "objective": "f1",
        "folds": 3,
        "trials": [
            {"trial": 0, "parameters": {"C": 1}, "score": "0.9"},
            {"trial": 1, "parameters": {"C": 2}, "why": "failed: Raised: no"},
            {"trial": 2, "parameters": {"C": 3}, "why": "it was not tried"},
        ],
    } == search_table(search)
