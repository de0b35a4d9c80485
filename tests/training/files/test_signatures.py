"""Files that are something else than they are called."""

from __future__ import annotations

import pytest

from trainer.files.signatures import refuse_other_kinds
from trainer.pod.exits import UserFault


@pytest.mark.parametrize(
    ("start", "wanted", "message"),
    [
        (b"PAR1\x15\0", "CSV", "not CSV: it begins as parquet: set format to parquet"),
        (b'{"a": 1}', "CSV", "set format to jsonl"),
        (b"\n <HTML>", "JSON lines", "an HTML or XML page"),
        (b"x" * 257 + b"ustar", "CSV", "a tar archive"),
        (b"version https://git-lfs.github.com/spec/v1", "parquet", "a pointer of Git LFS"),
    ],
)
def test_other_kinds_are_named(start: bytes, wanted: str, message: str) -> None:
    """With what to do."""
    with pytest.raises(UserFault, match=message):
        refuse_other_kinds("t", start, wanted)


@pytest.mark.parametrize(
    ("start", "wanted"),
    [
        (b"a,b\n1,2\n", "CSV"),
        (b"", "CSV"),
        (b"{x},y\n", "CSV"),
        (b'{"a": 1}', "JSON lines"),
        (b"PAR1", "parquet"),
        (b"ORC,n\n1,2\n", "CSV"),
        (b"PARENT,n\n1,2\n", "CSV"),
    ],
)
def test_the_wanted_kind_is_left_alone(start: bytes, wanted: str) -> None:
    """Also where it begins almost as another."""
    refuse_other_kinds("t", start, wanted)
