"""`python -m demo.drawings`: writes docs/concepts/*.svg anew."""

from __future__ import annotations

from pathlib import Path

from demo.drawings.data import DATA_DRAWINGS
from demo.drawings.governing import GOVERNING_DRAWINGS
from demo.drawings.releasing import RELEASING_DRAWINGS
from demo.drawings.svg import svg

FOLDER = Path(__file__).parents[2] / "docs/concepts"
DRAWINGS = (*DATA_DRAWINGS, *RELEASING_DRAWINGS, *GOVERNING_DRAWINGS)


def main() -> None:
    """Each drawing lies beside its page, under its name."""
    for drawing in DRAWINGS:
        (FOLDER / f"{drawing.name}.svg").write_text(svg(drawing))


if __name__ == "__main__":
    main()
