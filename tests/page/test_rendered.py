"""A page is made once for each change, whoever asks."""

from __future__ import annotations

from functools import partial

from trainyardpage.rendered import MOST_PAGES, Rendered


def test_a_page_is_made_again_after_a_change_alone() -> None:
    """Each path has its own."""
    made: list[str] = []

    def make(words: str) -> str:
        made.append(words)
        return words

    rendered = Rendered()
    assert ["a", "a", "b"] == [
        rendered.page(1, "/", lambda: make("a")),
        rendered.page(1, "/", lambda: make("never")),
        rendered.page(1, "/b", lambda: make("b")),
    ]
    assert "c" == rendered.page(2, "/", lambda: make("c"))
    assert ["a", "b", "c"] == made


def test_searches_for_anything_do_not_fill_the_memory() -> None:
    """What is over is made each time."""
    rendered = Rendered()
    for number in range(2 * MOST_PAGES):
        assert str(number) == rendered.page(1, f"/?q={number}", partial(str, number))
    assert MOST_PAGES == len(rendered.pages)
