"""`python3 -m devcluster`: the command line of the local cluster."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from devcluster.bringup import Bringup
from devcluster.network import Addresses
from devcluster.places import places_from
from devcluster.programs import Programs
from devcluster.progress import Progress
from devcluster.refusal import Refusal, StepFailed
from devcluster.teardown import Teardown


def main(a: Sequence[str]) -> int:
    places = places_from(os.environ, Path.home(), Path(__file__).resolve().parent)
    progress = Progress()
    programs = Programs(places, progress)
    try:
        if a[0] == "up":
            Bringup(places, Addresses(), programs, progress).up()
        elif a[0] == "down":
            Teardown(places, programs, progress).down("--purge" in a)
        elif a[0] == "tool":
            print(programs.path(a[1]))
    except (Refusal, StepFailed) as e:
        print(e, file=sys.stderr)
        return e.exit_code
    return 0


sys.exit(main(sys.argv[1:]))
