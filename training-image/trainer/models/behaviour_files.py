"""Which behaviours are asked for, what was found of them, and how does that reach `publish`?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from modelbundle.prediction import Runtime
from modelbundle.rows import Rows
from trainer.models.behaviours import BehaviourInvalid, behaves
from trainer.pod.plain_files import read_plain_file
from trainer.tasks.behaviours import Behaviour
from trainer.tasks.measures import BehaviourMeasure, Measure

BEHAVIOURS_NAME = "behaviours.json"
MOST_BEHAVIOURS = 100
_MAX_BYTES = 64 << 10
_LONGEST = 200
_READ: TypeAdapter[list[Behaviour]] = TypeAdapter(list[Behaviour])


def write_behaviours(
    measures: Sequence[Measure], mounts: Path, runtime: Runtime, rows: Rows, folder: Path
) -> None:
    """`behaviours.json` says of each ConfigMap that is asked for how many behaviours failed."""
    asked = [measure for measure in measures if isinstance(measure, BehaviourMeasure)]
    if not asked:
        return
    found = {measure.key: _found(mounts / measure.config_map, runtime, rows) for measure in asked}
    (folder / BEHAVIOURS_NAME).write_text(json.dumps(found), encoding="utf-8")


def _found(mount: Path, runtime: Runtime, rows: Rows) -> dict[str, Any]:
    try:
        asked = list(_behaviours(mount))
        if not asked:
            return {"why": f"ConfigMap {mount.name} is not there, or has no *.json with behaviours"}
        if len(asked) > MOST_BEHAVIOURS:
            return {"why": f"{len(asked)} behaviours; at most {MOST_BEHAVIOURS} are looked at"}
        findings = [behaves(behaviour, runtime, rows) for behaviour in asked]
    except (BehaviourInvalid, ValidationError, ValueError) as error:
        return {"why": f"ConfigMap {mount.name}: {error}"[:_LONGEST]}
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 whatever the model raises is what it does
        return {"why": f"the model fails on such rows: {type(error).__name__}: {error}"[:_LONGEST]}
    failed = [finding for finding in findings if not finding.holds]
    note = "; ".join(finding.told() for finding in failed)
    return {"value": str(len(failed)), "rows": len(findings), "note": note[:_LONGEST]}


def _behaviours(mount: Path) -> Iterator[Behaviour]:
    # A mounted ConfigMap is a folder of links; this container has nothing to hide from it.
    for path in sorted(mount.glob("*.json")):
        yield from _READ.validate_json(path.read_bytes())


def read_behaviours(folder: Path) -> Mapping[str, dict[str, Any]]:
    """What `write_behaviours` left; nothing where it left nothing that can be read.

    Raises UserFault(ModelUnreadable) for a file that is none.
    """
    path = folder / BEHAVIOURS_NAME
    if not path.exists() and not path.is_symlink():
        return {}
    try:
        found = json.loads(read_plain_file(path, _MAX_BYTES))
        return {str(key): _bounded(value) for key, value in found.items()}
    except (ValueError, AttributeError, TypeError, KeyError, RecursionError):
        return {}


def _bounded(found: Mapping[str, Any]) -> dict[str, Any]:
    if "why" in found:
        return {"why": str(found["why"])[:_LONGEST]}
    note = str(found["note"])[:_LONGEST]
    return {"value": str(int(found["value"])), "rows": int(found["rows"]), "note": note}
