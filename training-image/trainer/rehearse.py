"""Does a new revision answer recorded rows as the stable one does, before a user is at risk?

Both get the same requests in turn, one test row each, in the form in which the stable revision's
clients ask today. Only counts leave the pod.
"""

from __future__ import annotations

import json
import math
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from modelbundle.example import request_inputs
from modelbundle.faults import BundleCorrupt, BundleFault, BundleNotFound
from modelbundle.publishing import stored_manifest
from modelbundle.signature import Signature
from modelbundle.store import Store
from trainer.datasets.dataset_manifest import download, read_manifest
from trainer.datasets.tables import rows_of_table
from trainer.pod.environment import Environment
from trainer.pod.exits import MachineFault, Reason, UserFault
from trainer.pod.result import Result
from trainer.pod.storing import open_environment_store, store_faults
from trainer.tasks.rehearse_task import RehearsedRevision, RehearseTask

PATIENCE_SECONDS = 30
NOISE_SECONDS = 0.002
"""A difference of less is the machine's, not the model's."""
_NOT_NOW = (429, 503)
_PROBE = {"trainyard-probe": "true"}
"""No user asks, so nothing of it is captured."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """By how much the answers of two revisions may differ."""

    slower_percent: int
    tolerance: float
    """Share of themselves by which numbers may differ that agree."""


@dataclass(slots=True)
class Tally:
    """What came of the rows so far."""

    rows: int = 0
    both_answered: int = 0
    canary_failed: int = 0
    """Rows that the stable revision alone answered."""
    stable_failed: int = 0
    """Rows that the canary alone answered."""
    slower: int = 0
    """Rows for which the canary needed longer than was allowed."""
    agreed: int = 0
    seconds: tuple[list[float], list[float]] = field(default_factory=lambda: ([], []))

    def add(self, stable: Answer, canary: Answer, allowed: Allowed) -> None:
        """Count one row."""
        self.rows += 1
        self.canary_failed += bool(stable.output) and not canary.output
        self.stable_failed += bool(canary.output) and not stable.output
        if not stable.output or not canary.output:
            return
        self.both_answered += 1
        self.agreed += _agree(stable.output["data"], canary.output["data"], allowed.tolerance)
        patience = stable.seconds * (1 + allowed.slower_percent / 100) + NOISE_SECONDS
        self.slower += canary.seconds > patience
        self.seconds[0].append(stable.seconds)
        self.seconds[1].append(canary.seconds)

    def document(self) -> dict[str, Any]:
        """The result, as the operator reads it."""
        stable, canary = (round(1e6 * statistics.median(s or [0.0])) for s in self.seconds)
        return {
            "verb": "rehearse",
            "outcome": "Rehearsed",
            "rows": self.rows,
            "bothAnswered": self.both_answered,
            "canaryFailed": self.canary_failed,
            "stableFailed": self.stable_failed,
            "slower": self.slower,
            "agreed": self.agreed,
            "stableMicroseconds": stable,
            "canaryMicroseconds": canary,
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """What a revision said to one row."""

    seconds: float
    output: dict[str, Any] | None
    """Its first output; None: it failed."""


class Revision:
    """One revision, asked over one connection."""

    def __init__(self, revision: RehearsedRevision, model: str) -> None:
        self._connection = HTTPConnection(revision.host, revision.port, timeout=PATIENCE_SECONDS)
        self._path = f"/v2/models/{model}/infer"

    def close(self) -> None:
        """Closes the connection."""
        self._connection.close()

    def ask(self, body: bytes) -> Answer:
        """What it says; what the network or a full queue did is tried once more."""
        return self._once(body) or self._once(body) or Answer(0.0, None)

    def _once(self, body: bytes) -> Answer | None:
        begun = time.perf_counter()
        try:
            self._connection.request("POST", self._path, body, _PROBE)
            response = self._connection.getresponse()
            content = response.read()
        except (OSError, HTTPException):
            self._connection.close()
            return None
        taken = time.perf_counter() - begun
        if response.status in _NOT_NOW:
            return None
        return Answer(taken, _first_output(content) if response.status == 200 else None)


def run(task: RehearseTask, environment: Environment) -> Result:
    """The counts of what both revisions answered.

    Raises UserFault when there are no rows that the stable revision could be asked for, and
    MachineFault when neither answers any of them.
    """
    store = open_environment_store(environment)
    signature = _signature(store, task.stable.digest)
    allowed = Allowed(task.slower_percent, float(task.tolerance_percent) / 100)
    bodies = list(_bodies(_test_rows(store, task, signature), signature))
    with (
        closing(Revision(task.stable, task.model)) as stable,
        closing(Revision(task.canary, task.model)) as canary,
    ):
        tally = _asked(stable, canary, bodies, allowed)
    if not (tally.both_answered or tally.canary_failed or tally.stable_failed):
        raise MachineFault(
            Reason.SOURCE_UNREACHABLE,
            f"neither {task.stable.host} nor {task.canary.host} answered one of {tally.rows} rows",
        )
    return Result(tally.document())


def _asked(stable: Revision, canary: Revision, bodies: list[bytes], allowed: Allowed) -> Tally:
    stable.ask(bodies[0])
    canary.ask(bodies[0])
    tally = Tally()
    for number, body in enumerate(bodies):
        # Who is asked second finds warm caches: they take turns.
        if number % 2:
            second = canary.ask(body)
            first = stable.ask(body)
        else:
            first = stable.ask(body)
            second = canary.ask(body)
        tally.add(first, second, allowed)
    return tally


def _signature(store: Store, digest: str) -> Signature:
    try:
        with store_faults():
            return stored_manifest(store, digest).signature
    except BundleNotFound as fault:
        raise UserFault(Reason.BUNDLE_NOT_FOUND, str(fault)) from fault
    except BundleCorrupt as fault:
        raise UserFault(Reason.BUNDLE_CORRUPT, str(fault)) from fault
    except BundleFault as fault:
        raise UserFault(Reason.MODEL_UNREADABLE, str(fault)) from fault


def _test_rows(store: Store, task: RehearseTask, signature: Signature) -> pa.Table:
    """The first rows of the test part, as many as are asked for."""
    digest = task.dataset.digest
    manifest = read_manifest(store, digest)
    names = [feature.name for feature in signature.features]
    missing = sorted(set(names) - {column.name for column in manifest.columns})
    files = manifest.parts("test")
    if missing or not files:
        lacks = f"column {missing[0]} of the stable version" if missing else "test rows"
        raise UserFault(Reason.DATASET_NOT_FOUND, f"dataset {digest} lacks {lacks}")
    tables: list[pa.Table] = []
    with tempfile.TemporaryDirectory() as folder:
        for file in files:
            if sum(table.num_rows for table in tables) >= task.rows:
                break
            path = Path(folder) / Path(file.path).name
            download(store, digest, file, path)
            tables.append(pq.read_table(path, columns=names))
            path.unlink()
    return pa.concat_tables(tables).slice(0, task.rows)


def _bodies(table: pa.Table, signature: Signature) -> Iterator[bytes]:
    for number in range(table.num_rows):
        rows = rows_of_table(table.slice(number, 1), signature.features)
        yield json.dumps({"inputs": request_inputs(rows, signature)}).encode()


def _first_output(content: bytes) -> dict[str, Any] | None:
    try:
        output = json.loads(content)["outputs"][0]
    except (ValueError, KeyError, IndexError, TypeError):
        return None
    return output if isinstance(output, dict) and output.get("data") else None


def _agree(stable: list[Any], canary: list[Any], tolerance: float) -> bool:
    pairs = zip(stable, canary, strict=False)
    return len(stable) == len(canary) and all(_same(a, b, tolerance) for a, b in pairs)


def _same(one: Any, other: Any, tolerance: float) -> bool:
    if isinstance(one, float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=tolerance)
    return bool(one == other)
