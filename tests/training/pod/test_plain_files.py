"""What user code left behind must be plain files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from trainer.pod.exits import UserFault
from trainer.pod.plain_files import copy_plain_file, read_plain_file


def test_reads_and_copies(tmp_path: Path) -> None:
    """A plain file is read and copied as it is."""
    (tmp_path / "a").write_bytes(b"content")
    copy_plain_file(tmp_path / "a", tmp_path / "b")
    assert (b"content", b"content") == (
        read_plain_file(tmp_path / "a", 7),
        (tmp_path / "b").read_bytes(),
    )


def test_refuses_a_link(tmp_path: Path) -> None:
    """A link to a secret is not followed."""
    (tmp_path / "secret").write_text("key")
    (tmp_path / "model.onnx").symlink_to(tmp_path / "secret")
    with pytest.raises(UserFault) as caught:
        copy_plain_file(tmp_path / "model.onnx", tmp_path / "copy")
    assert "must be a plain file, not a link" in caught.value.message
    assert not (tmp_path / "copy").exists()


def test_refuses_a_pipe(tmp_path: Path) -> None:
    """A pipe is refused at once instead of being waited for."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UserFault) as caught:
        read_plain_file(tmp_path / "pipe", 10)
    assert "is not a plain file" in caught.value.message


def test_refuses_what_is_too_large(tmp_path: Path) -> None:
    """More than the limit is not read into memory."""
    (tmp_path / "a").write_bytes(b"content")
    with pytest.raises(UserFault) as caught:
        read_plain_file(tmp_path / "a", 6)
    assert "larger than the 6 bytes" in caught.value.message


def test_tells_a_missing_file(tmp_path: Path) -> None:
    """A missing file is named."""
    with pytest.raises(UserFault) as caught:
        read_plain_file(tmp_path / "a", 6)
    assert f"{tmp_path / 'a'} cannot be read (No such file" in caught.value.message
