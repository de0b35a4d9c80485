"""The figures as a table in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from benchmarks.tutorial.bars import Bar
from benchmarks.tutorial.typed import Typed


def report(typed: Sequence[Typed], found: Sequence[Bar]) -> str:
    """Return a row for each part of the page, and one for each bar."""
    return "\n".join([*_parts(typed), "", *_bars(found)])


def _parts(typed: Sequence[Typed]) -> Iterator[str]:
    yield "| part | commands | seconds | longest command |"
    yield "| --- | ---: | ---: | --- |"
    for part, group in groupby(typed, lambda one: one.command.part):
        ones = list(group)
        longest = max(ones, key=lambda one: one.seconds)
        spent = sum(one.seconds for one in ones)
        text = longest.command.short.replace("|", "\\|")
        yield f"| {part} | {len(ones)} | {spent:.0f} | {longest.seconds:.0f} s: `{text}` |"


def _bars(found: Sequence[Bar]) -> Iterator[str]:
    yield "| bar | found | at most |"
    yield "| --- | ---: | ---: |"
    for bar in found:
        verdict = "" if bar.holds else " **not met**"
        yield f"| {bar.name} | {bar.found:.0f} | {bar.most:.0f}{verdict} |"
