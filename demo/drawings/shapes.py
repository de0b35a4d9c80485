"""What a drawing is made of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

Point = tuple[int, int]
WIDTH = 860
TITLE, LINE, NOTE = 15, 13, 12
"""Sizes of type, in units of the drawing."""
_WIDEST = 0.53
"""An upper bound of the mean width of a letter in sans-serif type, as a share of its size."""


class Tone(StrEnum):
    """What a box is about; by shape of its border as well as by colour where it matters."""

    DATA = "data"
    WORK = "work"
    GOOD = "good"
    SERVE = "serve"
    WATCH = "watch"
    BAD = "bad"
    PLACE = "place"
    """A namespace or a pod around other boxes: no fill, a dashed border."""


@dataclass(frozen=True, slots=True)
class Box:
    """A thing, with its name and at most a few words about it."""

    x: int
    y: int
    width: int
    height: int
    title: str
    lines: tuple[str, ...] = ()
    tone: Tone = Tone.WATCH

    def too_wide(self) -> list[str]:
        """Return the texts that may not fit into it."""
        sized = [(self.title, TITLE), *((line, LINE) for line in self.lines)]
        return [text for text, size in sized if wide(text, size) > self.width - 12]


@dataclass(frozen=True, slots=True)
class Arrow:
    """Straight pieces from the first point to the last, where its tip is."""

    points: tuple[Point, ...]
    bad: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """Words beside an arrow or a box; `x` is where they begin, or their middle."""

    x: int
    y: int
    text: str
    middle: bool = False
    bad: bool = False


Shape = Box | Arrow | Note


@dataclass(frozen=True, slots=True)
class Drawing:
    """One picture, and what it tells somebody who does not see it."""

    name: str
    told: str
    height: int
    shapes: tuple[Shape, ...]


def wide(text: str, size: int) -> float:
    """Return how wide the text is at the most."""
    return len(text) * size * _WIDEST
