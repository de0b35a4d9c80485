"""How is a table of a card written?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence


def table(
    title: str, rows: Iterable[Sequence[object]], head: Sequence[object] = ("", "")
) -> Iterator[str]:
    """Yield the heading and the table below it."""
    yield f"\n## {title}\n"
    yield f"{table_row(*head)}\n|{' --- |' * len(head)}"
    for row in rows:
        yield table_row(*row)


def table_row(*cells: object) -> str:
    """Return a row of a table; what a cell says cannot end it."""
    texts = (" ".join(str(cell).split()).replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(texts)} |"
