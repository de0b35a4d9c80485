"""`PYTHONPATH=serving-image python -m benchmarks.monitoring`: exit code 1 where a bar is missed."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from benchmarks.monitoring.bars import bars
from benchmarks.monitoring.drift import DRIFTS, OPERATOR, RULES, Share, drifted, quiet
from benchmarks.monitoring.options import options_of
from benchmarks.monitoring.picture import drawn, shown
from benchmarks.monitoring.report import document, table

WINDOWS, REPEATS = 1000, 200
OTHERS = 10
"""Other rules are asked so many times less often: they cost more, and need no bar."""


def main() -> int:
    """Does what was asked for."""
    options = options_of(sys.argv[1:])
    if options.picture is not None:
        options.picture.write_text(drawn(shown()))
        return 0
    shares = list(_shares(10 if options.quick else 1))
    found = bars(shares)
    print(document(shares, found) if options.json else table(shares, found))
    return 0 if all(bar.met for bar in found) else 1


def _shares(fewer: int) -> Iterator[Share]:
    for rule in RULES:
        less = fewer if rule == OPERATOR else fewer * OTHERS
        yield quiet(rule, WINDOWS // less)
        for drift in DRIFTS:
            yield drifted(rule, drift, max(2, REPEATS // less))


if __name__ == "__main__":
    sys.exit(main())
