"""How much a long ingest says."""

from __future__ import annotations

from trainer.progress import Progress


def test_one_line_a_second_is_enough() -> None:
    """And short ingests say nothing."""
    times = iter([0.0, 0.4, 0.9, 1.1, 1.5, 2.2])
    lines: list[str] = []
    progress = Progress(lambda: next(times), lines.append)
    for rows in range(6):
        progress.tick("reading", rows, rows * 1_000_000)
    assert ["reading: 3 rows, 3.0 MB read", "reading: 5 rows, 5.0 MB read"] == lines
