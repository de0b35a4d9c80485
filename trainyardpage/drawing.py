"""Where does each part of the loop stand in its drawing?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trainyardpage.loop import Loop, Station

BOX_WIDTH, BOX_HEIGHT, GAP = 160, 84, 32
EDGE, BACK_DROP = 4, 46
"""EDGE: room for the strokes."""


@dataclass(frozen=True, slots=True)
class Box:
    """A station and where it is drawn."""

    station: Station
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """Boxes from left to right, arrows between them, and the way back below them."""

    width: int
    height: int
    boxes: Sequence[Box]
    arrows: Sequence[str]
    """Paths."""
    back_path: str
    back_at: tuple[int, int]
    back_words: str
    description: str


def drawing_of(loop: Loop) -> Drawing:
    """Return the drawing of a loop."""
    step = BOX_WIDTH + GAP
    boxes = tuple(
        Box(station, EDGE + number * step, EDGE, BOX_WIDTH, BOX_HEIGHT)
        for number, station in enumerate(loop.stations)
    )
    middle, floor = EDGE + BOX_HEIGHT // 2, EDGE + BOX_HEIGHT
    first, last = boxes[0].x + BOX_WIDTH // 2, boxes[-1].x + BOX_WIDTH // 2
    drop = floor + BACK_DROP
    return Drawing(
        width=boxes[-1].x + BOX_WIDTH + EDGE,
        height=drop + EDGE,
        boxes=boxes,
        arrows=tuple(f"M{b.x + BOX_WIDTH + 2} {middle}h{GAP - 8}" for b in boxes[:-1]),
        back_path=f"M{last} {floor + 2}V{drop}H{first}V{floor + 6}",
        back_at=((first + last) // 2, drop - 8),
        back_words=_back(loop),
        description=_description(loop),
    )


def _back(loop: Loop) -> str:
    raised = f"raised: {', '.join(loop.signals)} · " if loop.signals else ""
    starts = f"a run starts by {loop.back}" if loop.back else "nothing starts a run by itself"
    return raised + starts


def _description(loop: Loop) -> str:
    said = (f"{s.title}: {s.mark.word}, {s.holds} {s.word}".rstrip() for s in loop.stations)
    return f"{'; '.join(said)}; {_back(loop)}"
