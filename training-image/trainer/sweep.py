"""To what in the store does nothing refer any more? It is told, marked, and in time removed.

Any fault ends the sweep; the next one goes on. What it found of each unit stands in a report.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

from modelbundle.faults import StoreNotFound
from modelbundle.retention_marks import (
    ROOT,
    mark_unreferenced,
    marked_folders,
    unmark,
    unreferenced_since,
)
from modelbundle.store import Entry, Store
from trainer.pod.environment import Environment
from trainer.pod.exits import Reason, UserFault
from trainer.pod.result import Result
from trainer.pod.storing import open_environment_store, store_faults
from trainer.retention.neighbours import refuse_neighbours
from trainer.retention.removal import Clock, remove_unit
from trainer.retention.units import FINGERPRINT, Unit, is_referenced, units_of
from trainer.retention.verdict import Standing, Verdict, verdict
from trainer.tasks.retention_task import References, SweepTask

REPORT = f"{ROOT}/report.jsonl"
"""One line for each unit to which nothing refers; of the last sweep, dry or not."""


def run(task: SweepTask, environment: Environment) -> Result:
    """What nothing has referred to for `keepDays` is gone, or, in a dry run, named.

    Raises UserFault NothingRefers or SweptForAnother, and the store's faults.
    """
    if not task.references.owners:
        raise UserFault(
            Reason.NOTHING_REFERS,
            "references.owners is empty: with no living object everything would go; delete the"
            " store's folder of this namespace by hand if that is meant",
        )
    store = open_environment_store(environment)
    with store_faults():
        refuse_neighbours(store, task)
    with store_faults(), tempfile.TemporaryDirectory(dir=environment.spool) as folder:
        path = Path(folder) / "report.jsonl"
        with path.open("w", encoding="utf-8") as report:
            sweep = Sweep(store, task, report)
            sweep.over(units_of(store))
        store.upload(REPORT, path)
    return Result(sweep.document())


@dataclass(slots=True)
class _Size:
    """What was listed below a unit."""

    objects: int = 0
    size: int = 0
    newest: datetime | None = None

    def add(self, entry: Entry) -> None:
        self.objects += 1
        self.size += entry.size
        if entry.modified is not None:
            self.newest = max(self.newest or entry.modified, entry.modified)


@dataclass(slots=True)
class Sweep:
    """One pass over the store; `report` gets a line for each unit that is not kept."""

    store: Store
    task: SweepTask
    report: IO[str]
    clock: Clock = lambda: datetime.now(UTC)
    _units: Counter[Verdict] = field(default_factory=Counter)
    _bytes: Counter[Verdict] = field(default_factory=Counter)

    def over(self, units: Iterable[Unit]) -> None:
        """Each unit is kept, marked, or removed."""
        references = with_promised(self.store, self.task.references)
        marked = marked_folders(self.store)
        for unit in units:
            if is_referenced(unit, references):
                self._units[Verdict.KEPT] += 1
                if unit.folder in marked and not self.task.dry_run:
                    unmark(self.store, unit.folder)
            else:
                self._judge(unit, unit.folder in marked)

    def document(self) -> dict[str, Any]:
        """The result: how many units, and how many bytes are or would be removed."""
        return {
            "verb": "sweep",
            "outcome": "Planned" if self.task.dry_run else "Swept",
            **{
                str(name).lower(): self._units[name]
                for name in Verdict
                if name is not Verdict.EMPTY
            },
            "removedBytes": self._bytes[Verdict.REMOVED],
            "waitingBytes": self._bytes[Verdict.WAITING] + self._bytes[Verdict.MARKED],
            "report": REPORT,
        }

    def _judge(self, unit: Unit, is_marked: bool) -> None:
        size = _Size()
        for entry in self.store.walk(unit.folder):
            size.add(entry)
        since = unreferenced_since(self.store, unit.folder) if is_marked else None
        standing = Standing(False, size.newest, since)
        found = verdict(standing, self.task.now, timedelta(days=self.task.keep_days))
        if not self.task.dry_run:
            found = self._carried_out(unit, found)
        self._units[found] += 1
        self._bytes[found] += size.size
        if found is not Verdict.EMPTY:
            self._tell(unit, found, size, since)

    def _carried_out(self, unit: Unit, found: Verdict) -> Verdict:
        match found:
            case Verdict.MARKED:
                mark_unreferenced(self.store, unit.folder, self.clock())
            case Verdict.REMOVED if not remove_unit(self.store, unit, self.clock):
                return Verdict.KEPT  # somebody publishes it at this moment
            case Verdict.EMPTY:
                unmark(self.store, unit.folder)
            case _:
                pass
        return found

    def _tell(self, unit: Unit, found: Verdict, size: _Size, since: datetime | None) -> None:
        line = {
            "folder": unit.folder,
            "verdict": str(found),
            "objects": size.objects,
            "bytes": size.size,
            "newest": size.newest.isoformat() if size.newest else None,
            "unreferencedSince": since.isoformat() if since else None,
        }
        self.report.write(json.dumps(line) + "\n")


def with_promised(store: Store, references: References) -> References:
    """The references, and what the results of runs name that no object has read yet."""
    promised: set[str] = set()
    for path in references.at_work:
        try:
            document = json.loads(store.read(path))
        except (StoreNotFound, ValueError):
            continue  # it has not ended, or its end cannot be used
        promised |= {
            value.removeprefix("sha256:")[:FINGERPRINT]
            for value in (document.get("bundle"), document.get("digest"), document.get("dataset"))
            if isinstance(value, str)
        }
    return references.model_copy(update={"digests": (*references.digests, *sorted(promised))})
