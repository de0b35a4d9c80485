"""The drawing of the loop."""

from __future__ import annotations

import pytest
from a_namespace import deployment, namespace

from trainyardpage.drawing import BOX_WIDTH, Drawing, drawing_of
from trainyardpage.loop import Loop, Related, loop_of, related


@pytest.fixture
def loop() -> Loop:
    """Give the loop of a settled model."""
    here = namespace(deployment())
    found: Related = related(here, here.of("ModelDeployment")[0])
    return loop_of(found)


def test_boxes_stand_beside_each_other_with_an_arrow_between(loop: Loop) -> None:
    """None covers another, and all are inside."""
    drawing = drawing_of(loop)
    ends = [box.x + box.width for box in drawing.boxes]
    starts = [box.x for box in drawing.boxes[1:]]
    assert all(end < start for end, start in zip(ends, starts, strict=False))
    assert (True, 4) == (ends[-1] < drawing.width, len(drawing.arrows))
    assert all(box.y + box.height < drawing.back_at[1] < drawing.height for box in drawing.boxes)


def test_who_hears_it_learns_what_others_see(loop: Loop) -> None:
    """Each station with its state, and what leads back."""
    words = drawing_of(loop).description
    for part in ("Data: settled, 178 rows", "Release: settled", "nothing starts a run by itself"):
        assert part in words


def test_the_way_back_says_what_is_raised(loop: Loop) -> None:
    """And what starts a run."""
    raised = Loop(loop.stations, "the signal Drift", ("Drift",))
    drawing: Drawing = drawing_of(raised)
    assert "raised: Drift · a run starts by the signal Drift" == drawing.back_words
    assert drawing.back_path.startswith(f"M{drawing.boxes[-1].x + BOX_WIDTH // 2} ")
