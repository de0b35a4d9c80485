"""What happened, as people read it."""

from __future__ import annotations

import io

from a_namespace import deployment
from rich.console import Console

from trainyardctl.history import history_of


def test_decisions_stand_in_their_order_with_their_numbers() -> None:
    """Sentences are folded."""
    history = [
        {"at": "2026-05-04T10:00:00Z", "reason": "Promoted", "message": "the first version"},
        {"at": "2026-05-05T10:00:00Z", "reason": "RolledBack", "message": "errors " * 12},
    ]
    text = io.StringIO()
    Console(file=text, width=80).print(history_of(deployment(history=history)))
    lines = text.getvalue().splitlines()
    assert ["WHEN", "WHAT", "WHY"] == lines[0].split()
    assert ["2026-05-04", "10:00:00", "Promoted", "the", "first", "version"] == lines[1].split()
    assert 12 == text.getvalue().count("errors")
    assert max(map(len, lines)) <= 80
