"""Which object do words name?"""

from __future__ import annotations

import pytest

from trainyardctl.names import ObjectName, UnknownName, object_name


@pytest.mark.parametrize(
    ("words", "kind", "name"),
    [
        ("mdep/wine", "ModelDeployment", "wine"),
        ("wine", "ModelDeployment", "wine"),
        ("dset/wine", "Dataset", "wine"),
        ("Datasets/wine", "Dataset", "wine"),
        ("tj/wine", "TrainingJob", "wine"),
        ("bp/daily", "BatchPrediction", "daily"),
        ("mv/wine-0123456789", "ModelVersion", "wine-0123456789"),
    ],
)
def test_the_words_of_kubectl_are_understood(words: str, kind: str, name: str) -> None:
    """Short names, names and plurals; a bare name is what serves."""
    assert ObjectName(kind, name) == object_name(words)


def test_an_object_is_written_as_kubectl_reads_it() -> None:
    """So that it can be copied."""
    assert "mdep/wine" == str(object_name("modeldeployment/wine"))


@pytest.mark.parametrize("words", ["pod/wine", "mdep/", "/wine", ""])
def test_other_words_name_nothing(words: str) -> None:
    """The sentence says what would."""
    with pytest.raises(
        UnknownName, match="expected <kind>/<name> with one of dset, tj, mv, mdep, bp"
    ):
        object_name(words)
