"""Who is compared.

Proves: benchmarks/serving/contender.py
"""

from __future__ import annotations

import re

from benchmarks.serving.contenders import contenders


def test_the_first_is_ours_and_names_are_single() -> None:
    """Figures are kept by name."""
    names = [each.name for each in contenders()]
    assert "Trainyard" == names[0]
    assert [name.startswith("Trainyard") for name in names] == [each.ours for each in contenders()]
    assert len(names) == len(set(names))


def test_every_peer_says_what_it_is_and_how_it_was_set_up() -> None:
    """A version, or what differs from the contender before it."""
    for each in contenders():
        assert re.search(r"\d|same|As the image", each.tuning), each.name
