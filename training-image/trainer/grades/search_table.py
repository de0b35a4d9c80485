"""What is kept of a search beside the bundle? A row for each trial."""

from __future__ import annotations

from typing import Any

from trainer.tasks.train_task import Search

SEARCH_NAME = "search.json"


def search_table(search: Search) -> dict[str, Any]:
    """`about/search.json`: each trial's parameters, and its score or why it has none."""
    return {
        "objective": search.objective,
        "folds": search.folds,
        "trials": [
            {"trial": number, "parameters": trial.parameters, **_outcome(trial.score)}
            for number, trial in enumerate(search.trials)
        ],
    }


def _outcome(said: str | None) -> dict[str, str]:
    if said is None:
        return {"why": "it was not tried"}
    try:
        float(said)
    except ValueError:
        return {"why": said}
    return {"score": said}
