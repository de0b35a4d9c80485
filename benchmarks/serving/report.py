"""What did a run find, as a file and as text for people?"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.serving.bars import Bar, bars
from benchmarks.serving.contender import Contender
from benchmarks.serving.figures import Figures, figures_of
from benchmarks.serving.machine import Machine
from benchmarks.serving.table import agreement_lines, tables

_BUSY = 0.9


@dataclass(frozen=True, slots=True)
class Report:
    """Figures by model and contender, and how they were measured."""

    machine: Machine
    seconds: float
    rounds: int
    found: dict[str, dict[str, Figures]]

    def text(self) -> str:
        """As JSON; `report_of` reads it."""
        found = {m: {n: f.document() for n, f in of.items()} for m, of in self.found.items()}
        document = {
            "machine": self.machine.document(),
            "seconds": self.seconds,
            "rounds": self.rounds,
            "models": found,
        }
        return json.dumps(document, indent=1) + "\n"


def report_of(text: str) -> Report:
    """What `text` gave. Raises ValueError or KeyError for another text."""
    document = json.loads(text)
    found = {
        model: {name: figures_of(figures) for name, figures in of.items()}
        for model, of in document["models"].items()
    }
    machine = Machine(**document["machine"])
    return Report(machine, document["seconds"], document["rounds"], found)


def shown(report: Report, titles: Mapping[str, str], contenders: Sequence[Contender]) -> str:
    """Everything in Markdown: how, tables, agreement, bars."""
    in_bars = {each.name for each in contenders if each.in_bars}
    how = (
        f"{' '.join(report.machine.sentences())} {report.seconds:g} s per point,"
        f" best of {report.rounds} round(s). Server on one core, load generator on another."
    )
    parts = [
        how,
        *(tables(titles[name], of) for name, of in report.found.items() if of),
        "### Same answers as scikit-learn\n\n" + "\n".join(agreement_lines(report.found)),
        "### Bars\n\n" + "\n".join(map(_bar, bars(report.found, in_bars))),
        *_about_the_load(report.found),
    ]
    return "\n\n".join(parts)


def _bar(bar: Bar) -> str:
    verdict = {True: "met", False: "NOT met", None: "not measured here"}[bar.met]
    return f"- {bar.asked}: {bar.found} – **{verdict}**"


def _about_the_load(found: Mapping[str, Mapping[str, Figures]]) -> list[str]:
    """A sentence for each closed loop in which the generator may have been what was measured."""
    busy = [
        f"{model}, {name}, {point} ({figure.busy:.0%})"
        for model, of in found.items()
        for name, figures in of.items()
        for point, figure in figures.points.items()
        if figure.busy > _BUSY
    ]
    if not busy:
        return [f"The load generator was never busy for more than {_BUSY:.0%} of a closed loop."]
    return ["The load generator may have been the bottleneck: " + "; ".join(busy) + "."]
