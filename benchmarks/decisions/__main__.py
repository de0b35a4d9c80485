"""`python -m benchmarks.decisions`: exit code 1 where a bar is missed."""

from __future__ import annotations

import sys

from benchmarks.decisions.bars import bars
from benchmarks.decisions.measuring import results
from benchmarks.decisions.options import options_of
from benchmarks.decisions.picture import drawn
from benchmarks.decisions.quiet import RATES, VERSIONS, WAYS, releases
from benchmarks.decisions.report import document, table

FEWER = 10
"""Quiet releases last hours: they are so many times fewer, and at least 20."""


def main() -> int:
    """Does what was asked for."""
    options = options_of(sys.argv[1:])
    found = list(results(options.rollouts, options.only))
    count = max(20, options.rollouts // FEWER)
    quiet = [
        releases(who, version, rate, count)
        for rate in RATES
        for version in VERSIONS
        for who in WAYS
        if not options.only
    ]
    met = bars(found, quiet)
    print(document(found, quiet, met) if options.json else table(found, quiet, met))
    if options.picture is not None:
        options.picture.write_text(drawn(found), encoding="utf-8")
    return 0 if all(bar.met for bar in met) else 1


if __name__ == "__main__":
    sys.exit(main())
