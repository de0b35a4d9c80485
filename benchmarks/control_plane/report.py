"""What did a run find, as a file and as text for people?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.control_plane.bars import Bar, bars
from benchmarks.control_plane.figures import START, Figures, figures_of
from benchmarks.control_plane.table import table
from benchmarks.serving.machine import Machine

_VERDICTS = {True: "met", False: "NOT met", None: "not measured here"}

FACTS = (
    (
        "Argo Rollouts 1.9.2, 500 Rollouts: created in 151 s (22 s of CPU); all rolled out in 406 s"
        " beyond their pauses (71 s of CPU) with 27 reads and 20 writes each; a restart wrote 500"
        " objects and Events in 36 s."
    ),
    (
        "Flagger 1.36.1, 500 Canaries: created in 277 s; 14 to 36 reads per object and minute when"
        " idle; all rolled out in about 670 s with 148 reads and 12 writes each."
    ),
)
"""Measured on such a node, to stand beside ours."""


@dataclass(frozen=True, slots=True)
class Report:
    """Figures of all sizes, and where they were measured."""

    machine: Machine
    namespaces: int
    sizes: Sequence[Figures]

    def text(self) -> str:
        """As JSON; `report_of` reads it."""
        document = {
            "machine": self.machine.document(),
            "namespaces": self.namespaces,
            "sizes": [figures.document() for figures in self.sizes],
        }
        return json.dumps(document, indent=1) + "\n"


def report_of(text: str) -> Report:
    """What `text` gave. Raises ValueError, TypeError or KeyError for another text."""
    document = json.loads(text)
    sizes = [figures_of(figures) for figures in document["sizes"]]
    return Report(Machine(**document["machine"]), document["namespaces"], sizes)


def shown(report: Report) -> str:
    """Everything in Markdown: how, table, bars, peers."""
    places = "one namespace" if report.namespaces == 1 else f"{report.namespaces} namespaces"
    how = f"{' '.join(report.machine.sentences())} The models live in {places}."
    parts = [
        how,
        *([table(report.sizes)] if all(START in each.episodes for each in report.sizes) else []),
        "\n".join(map(_bar, bars(report.sizes))),
        "\n".join(f"- {fact}" for fact in FACTS),
    ]
    return "\n\n".join(parts)


def _bar(bar: Bar) -> str:
    return f"- {bar.asked}: {bar.found} – **{_VERDICTS[bar.met]}**"
