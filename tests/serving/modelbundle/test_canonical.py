"""Names of content."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelbundle.canonical import canonical_json, digest_of, file_sha256, hex_of, is_digest

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_equal_values_give_equal_bytes() -> None:
    """Order of keys and spaces do not matter, text stays readable."""
    assert canonical_json({"b": [1, 2.5], "a": "ü"}) == '{"a":"ü","b":[1,2.5]}'.encode()


def test_nan_has_no_canonical_form() -> None:
    """What JSON cannot hold is refused, not written."""
    with pytest.raises(ValueError, match="JSON"):
        canonical_json(float("nan"))


def test_digest_is_sha256_of_the_bytes() -> None:
    """The digest of nothing is the well-known one."""
    assert digest_of(b"") == f"sha256:{EMPTY}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(f"sha256:{EMPTY}", True, id="64 digits after the prefix"),
        pytest.param(EMPTY, False, id="no prefix"),
        pytest.param(f"sha256:{EMPTY.upper()}", False, id="upper case"),
        pytest.param(f"sha256:{EMPTY}\n", False, id="a line end behind it"),
        pytest.param("sha256:../../etc", False, id="a path"),
    ],
)
def test_only_digests_are_digests(text: str, expected: bool) -> None:
    """Nothing else passes, so nothing else becomes a path."""
    assert expected == is_digest(text)


def test_hex_of_refuses_what_is_no_digest() -> None:
    """The message says what a digest looks like."""
    with pytest.raises(ValueError, match="64 hexadecimal"):
        hex_of("latest")


def test_file_has_size_and_sha256(tmp_path: Path) -> None:
    """Files are hashed in chunks with the same result."""
    content = b"x" * 3_000_000
    (tmp_path / "f").write_bytes(content)
    assert (3_000_000, hex_of(digest_of(content))) == file_sha256(tmp_path / "f")
