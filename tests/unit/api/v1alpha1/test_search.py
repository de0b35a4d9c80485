"""A search as users write it."""

from __future__ import annotations

from trainyard.api.v1alpha1.search import Search


def test_what_is_not_said() -> None:
    """Twenty random trials, two at a time, three folds."""
    space = [{"name": "C", "float": {"min": "0.1", "max": "10", "log": True}}]
    search = Search.model_validate({"objective": "roc_auc", "space": space})
    assert ("Random", 20, 2, 3) == (
        search.strategy,
        search.trials,
        search.parallelism,
        search.folds,
    )
    (dimension,) = search.space
    assert (None, None) == (dimension.values, dimension.int_)
    assert dimension.float_ is not None
    assert dimension.float_.log
