"""What a user's container may say of its code."""

from __future__ import annotations

from pathlib import Path

import pytest

from trainer.grades.own_code import OwnCode, read_own_code
from trainer.pod.exits import Exit, UserFault


def test_none(tmp_path: Path) -> None:
    """Without the file nothing is known."""
    assert None is read_own_code(tmp_path)


def test_a_revision_is_enough(tmp_path: Path) -> None:
    """It is clean unless it is said not to be."""
    (tmp_path / "code.json").write_text('{"revision": "v1.2-3-g0f3c9a1"}')
    assert OwnCode(revision="v1.2-3-g0f3c9a1") == read_own_code(tmp_path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param("{", "Invalid JSON", id="no JSON"),
        pytest.param("{}", "revision: Field required", id="no revision"),
        pytest.param('{"revision": "a b"}', "revision: String should match", id="a space"),
        pytest.param(f'{{"revision": "{"a" * 65}"}}', "revision: String should", id="too long"),
        pytest.param('{"revision": "a", "dirty": "no"}', "dirty: ", id="a text for a truth"),
        pytest.param('{"revision": "a", "branch": "b"}', "branch: Extra", id="another field"),
        pytest.param(
            '{"revision": "a", "source": "https://me:secret@git/x"}', "a password", id="a password"
        ),
        pytest.param('{"revision": "a", "source": "https://[git/x"}', "source: ", id="no address"),
    ],
)
def test_refuses(tmp_path: Path, content: str, words: str) -> None:
    """All else, with the shape it should have, and without quoting a password."""
    (tmp_path / "code.json").write_text(content)
    with pytest.raises(UserFault) as caught:
        read_own_code(tmp_path)
    assert Exit.USER_CODE_FAILED == caught.value.exit_code
    assert words in caught.value.message
    assert "secret" not in caught.value.message
