"""What columns are called."""

from __future__ import annotations

import pytest

from trainer.files.column_names import checked_header, column_name
from trainer.pod.exits import UserFault


@pytest.mark.parametrize(
    ("written", "name"),
    [(" a ", "a"), ("Gro\u0308ße", "Größe"), ("\ufeffid\u200b", "id"), ("\u200b", ""), ("", "")],
)
def test_one_name_is_one_column(written: str, name: str) -> None:
    """However a program wrote it."""
    assert name == column_name(written)


def test_a_name_comes_once() -> None:
    """Columns without a name may be several."""
    assert ["a", "", "b", ""] == checked_header("t", ["a", "", " b", " "])
    with pytest.raises(UserFault, match="several columns are called a"):
        checked_header("t", ["a", "a "])
