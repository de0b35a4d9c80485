"""`python -m trainyard.crdgen [--check] [--root DIR]`: write the generated files, or compare."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from trainyard.crdgen.generated_files import generated_files, stale, write
from trainyard.crdgen.kinds import KINDS


def main(arguments: list[str] | None = None) -> int:
    """Write the files and return 0; with --check write nothing, print the diff, return 1 if any."""
    parser = argparse.ArgumentParser(prog="python -m trainyard.crdgen", description=__doc__)
    parser.add_argument("--check", action="store_true", help="print a diff instead of writing")
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="the repository's root")
    chosen = parser.parse_args(arguments)
    files = generated_files(KINDS)
    if not chosen.check:
        changed = write(chosen.root, files)
        sys.stdout.write("".join(f"{path}\n" for path in changed) or "nothing to change\n")
        return 0
    diff = stale(chosen.root, files)
    sys.stdout.write(diff)
    if diff:
        sys.stderr.write("generated files are stale: run `make crds` and commit the result\n")
    return 1 if diff else 0


if __name__ == "__main__":
    sys.exit(main())
