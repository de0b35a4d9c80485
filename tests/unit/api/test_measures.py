"""What gates need to have measured."""

from __future__ import annotations

from trainyard.api.measures import MeasureKind, MeasureRequest

SLICE = MeasureRequest(
    kind=MeasureKind.SLICE, metric="recall", side="Lowest", min_rows=50, column="site"
)


def test_the_key_is_all_that_was_asked() -> None:
    """Whoever asks for something else does not get the old answer."""
    assert "Slice:recall:Lowest:50:site" == SLICE.key
    others = [
        SLICE.model_copy(update=change)
        for change in ({"metric": "f1"}, {"side": "Highest"}, {"min_rows": 51}, {"column": "age"})
    ]
    assert 5 == len({SLICE.key, *(other.key for other in others)})


def test_the_document_has_what_is_set() -> None:
    """And the key, by which the answer is named."""
    assert SLICE.document() == {
        "key": SLICE.key,
        "kind": "Slice",
        "metric": "recall",
        "side": "Lowest",
        "minRows": 50,
        "column": "site",
    }
