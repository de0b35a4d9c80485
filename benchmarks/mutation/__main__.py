"""`python -m benchmarks.mutation [WORD …]`: modules whose path has one of the words, or all.

Exit code 1 where the tests of a module notice less than nine of ten small faults.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.mutation.modules import Module, modules
from benchmarks.mutation.running import Score, score_of

LEAST = 0.9


def main() -> int:
    """Measure module by module."""
    with TemporaryDirectory(prefix="trainyard-mutation-") as folder:
        scores = [_told(module, Path(folder)) for module in modules(sys.argv[1:])]
    made, noticed = sum(s.made for s in scores), sum(s.noticed for s in scores)
    print(f"{noticed} of {made} noticed in {len(scores)} modules")
    return 0 if all(score.share >= LEAST for score in scores) else 1


def _told(module: Module, folder: Path) -> Score:
    score = score_of(module, folder / "staged")
    print(f"{score.share:4.0%} {score.noticed} of {score.made}  {module.path}", flush=True)
    for name in score.survived:
        print(score.differences[name], flush=True)
    return score


if __name__ == "__main__":
    sys.exit(main())
