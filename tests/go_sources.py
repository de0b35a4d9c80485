"""Where the sources lie of a program that is built here: they hold its kinds and its chart."""

from __future__ import annotations

import json
from pathlib import Path

from cluster_access import ROOT, run

from devcluster.programs import module_of


def sources_of(program: str) -> Path:
    """Return the folder of the module that the program is built from, fetched if need be."""
    module = module_of(program)
    assert module.pinned is not None
    folder = ROOT / "devcluster" / "go" / module.name
    found = run("go", "-C", str(folder), "mod", "download", "-json", module.pinned)
    return Path(json.loads(found.stdout)["Dir"])
