"""The figures as a table for people, or as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from benchmarks.monitoring.bars import Bar
from benchmarks.monitoring.drift import Share


def table(shares: Sequence[Share], bars: Sequence[Bar]) -> str:
    """Markdown: a row per rule, a column per scene, then the bars."""
    scenes = list(dict.fromkeys(share.scene for share in shares))
    rules = list(dict.fromkeys(share.rule for share in shares))
    cells = {(s.rule, s.scene): f"{s.percent:.1f} % of {s.of}" for s in shares}
    lines = [
        f"| alarms of | {' | '.join(scenes)} |",
        f"|---|{'---|' * len(scenes)}",
        *(
            f"| {rule} | {' | '.join(cells.get((rule, scene), '') for scene in scenes)} |"
            for rule in rules
        ),
        "",
        "| bar | found | met |",
        "|---|---|---|",
        *(f"| {bar.asked} | {bar.found} | {'yes' if bar.met else 'no'} |" for bar in bars),
    ]
    return "\n".join(lines)


def document(shares: Sequence[Share], bars: Sequence[Bar]) -> str:
    """JSON."""
    found = {"shares": [asdict(s) for s in shares], "bars": [asdict(bar) for bar in bars]}
    return json.dumps(found, indent=1)
