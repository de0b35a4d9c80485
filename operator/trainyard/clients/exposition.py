"""Which samples stand in the text of a metrics page?

The page of a model server has some hundred lines for each look at what is asked of the model, and
the library reads a line letter by letter. So a line that is as servers write it is read by one
regular expression; whatever is special in any way (escapes, time stamps, exemplars, numbers with a
name) is left to the library, which also says what is wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families

LONGEST_SHOWN = 200
_LABEL = r'(?!__)[a-zA-Z_][a-zA-Z0-9_]*="[^"\\\n]*"'
_PLAIN = re.compile(
    r"(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)"
    rf"(?:\{{(?P<labels>(?:{_LABEL}(?:,{_LABEL})*)?)\}})?"
    r" (?P<value>-?[0-9]{1,20}(?:\.[0-9]{1,20})?(?:e[-+]?[0-9]{1,3})?)"
)
_PAIR = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="([^"]*)"')


@dataclass(frozen=True, slots=True)
class ScrapedSample:
    """One line of a metrics page."""

    name: str
    labels: dict[str, str]
    value: float


def samples_in(lines: Sequence[str], names: Sequence[str]) -> list[ScrapedSample]:
    """Return the samples with one of the names; raises ValueError when a line is none."""
    wanted = frozenset(names)
    return [sample for line in lines for sample in _samples_of(line) if sample.name in wanted]


def _samples_of(line: str) -> Iterator[ScrapedSample]:
    plain = _PLAIN.fullmatch(line)
    pairs = _PAIR.findall(plain["labels"] or "") if plain is not None else []
    labels = dict(pairs)
    if plain is not None and len(labels) == len(pairs):
        yield ScrapedSample(plain["name"], labels, float(plain["value"]))
        return
    try:
        yield from [
            ScrapedSample(sample.name, dict(sample.labels), float(sample.value))
            for family in text_string_to_metric_families(f"{line}\n")
            for sample in family.samples
        ]
    except (OverflowError, IndexError) as fault:
        raise ValueError(f"{fault} in {line[:LONGEST_SHOWN]!r}") from fault
