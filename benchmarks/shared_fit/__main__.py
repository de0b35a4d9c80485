"""Fit one model by workers in memory cgroups, and say how much each of them used.

Needs root and cgroup v1. Scheduler and workers are processes of this machine, started as the pods
of a run start them; the rows are 64-bit numbers, so many that they are `--times` a worker's limit.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parents[2]
GROUPS = Path("/sys/fs/cgroup/memory")
PORT = 18786
COLUMNS = 40
BATCH = 16_384
DIFFERENT = 20
"""So many batches differ; those after them come again."""
MIB = 1 << 20
_FIT = """
import sys
from functools import partial
from pathlib import Path
from trainer.datasets.columns import read_columns
from trainer.distributed.gathering import fitted_together, workers
from trainer.tasks.train_task import Estimator
from trainer.train_together import _grown
data, count, name, trees, port = sys.argv[1:]
columns, path = read_columns(Path(data)), Path(data, "train.parquet")
recipe = Estimator.model_validate({"class": name, "parameters": {"n_estimators": int(trees)}})
with workers(int(count), int(port)) as client:
    fitted_together(client, partial(_grown, client, recipe, 7, columns, path), tries=1)
"""
_WORK = """
import asyncio, sys
from trainer.work import _is_over
sys.exit(0 if asyncio.run(_is_over(sys.argv[1], 600)) else 1)
"""


@dataclass(slots=True)
class Watched:
    """A process in a cgroup of its own, and the most anonymous memory that was seen of it."""

    name: str
    group: Path
    process: subprocess.Popen[bytes]
    peak: int = 0

    def look(self) -> None:
        """Read what it uses now."""
        lines = (self.group / "memory.stat").read_text(encoding="ascii").splitlines()
        found = dict(line.split() for line in lines)
        self.peak = max(self.peak, int(found["total_rss"]))


def write_rows(folder: Path, rows: int) -> None:
    """`train.parquet` and `columns.json` are in the folder, as `fetch` leaves them."""
    chance = np.random.default_rng(0)
    names = [f"f{number:02}" for number in range(COLUMNS)]
    schema = pa.schema([*((name, pa.float64()) for name in names), ("label", pa.string())])
    batches: list[pa.RecordBatch] = []
    for _ in range(DIFFERENT):
        numbers = chance.normal(size=(COLUMNS, BATCH))
        signal = numbers[0] + numbers[1] * numbers[2] + chance.normal(size=BATCH)
        labels = np.where(signal > 0, "yes", "no")
        arrays = [*map(pa.array, numbers), pa.array(labels)]
        batches.append(pa.record_batch(arrays, schema=schema))
    with pq.ParquetWriter(folder / "train.parquet", schema, use_dictionary=["label"]) as writer:
        for number, first in enumerate(range(0, rows, BATCH)):
            writer.write_batch(batches[number % DIFFERENT].slice(0, min(BATCH, rows - first)))
    columns: list[dict[str, str | None]]
    columns = [{"name": n, "type": "Float", "role": "Feature", "kind": "Float"} for n in names]
    columns.append({"name": "label", "type": "Category", "role": "Target", "kind": None})
    document = {"version": 1, "target": "label", "columns": columns}
    (folder / "columns.json").write_text(json.dumps(document), encoding="utf-8")


@contextmanager
def watched(name: str, limit: int, code: str, *arguments: str) -> Iterator[Watched]:
    """Run the code with at most so many bytes of memory."""
    group = GROUPS / f"shared-fit-{os.getpid()}-{name}"
    group.mkdir()
    (group / "memory.limit_in_bytes").write_text(str(limit), encoding="ascii")
    folders = (str(ROOT / folder) for folder in ("training-image", "serving-image"))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(folders), "OMP_NUM_THREADS": "1"}
    # The shell is in the group before Python begins, so nothing is left out.
    script = f'echo $$ > "{group}/cgroup.procs"; exec "$@"'
    command = ("sh", "-c", script, "sh", sys.executable, "-c", code, *arguments)
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        yield Watched(name, group, process)
    finally:
        process.kill()
        process.wait()
        group.rmdir()


def measured(folder: Path, limit: int, count: int, recipe: tuple[str, int]) -> Sequence[Watched]:
    """Scheduler and workers, all ended."""
    address = f"tcp://127.0.0.1:{PORT}"
    arguments = (str(folder), str(count), recipe[0], str(recipe[1]), str(PORT))
    with ExitStack() as stack:
        workers = [
            stack.enter_context(watched(f"worker-{n}", limit, _WORK, address)) for n in range(count)
        ]
        fit = stack.enter_context(watched("scheduler", limit, _FIT, *arguments))
        # The fit would wait for a worker that was killed: a Job would make it anew.
        while fit.process.poll() is None and not any(one.process.poll() for one in workers):
            for one in (fit, *workers):
                one.look()
            time.sleep(0.2)
        if fit.process.poll() == 0:
            for one in workers:
                one.process.wait(timeout=60)
        return [fit, *workers]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 1 where the fit failed or a worker was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit-mib", type=int, default=600)
    parser.add_argument("--times", type=float, default=3.0)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--trees", type=int, default=3)
    parser.add_argument("--estimator", default="xgboost.XGBClassifier")
    asked = parser.parse_args(arguments)
    limit = asked.limit_mib * MIB
    rows = round(asked.times * limit / (COLUMNS * 8))
    with tempfile.TemporaryDirectory() as name:
        write_rows(Path(name), rows)
        begun = time.monotonic()
        recipe = (asked.estimator, asked.trees)
        found = measured(Path(name), limit, asked.workers, recipe)
        seconds = time.monotonic() - begun
    print(f"{asked.estimator}: {rows:,} rows × {COLUMNS} columns, {seconds:.0f} s")
    print("\n| process | limit MiB | peak MiB | exit code |\n|---|---|---|---|")
    for one in found:
        code = one.process.returncode
        print(f"| {one.name} | {asked.limit_mib} | {one.peak // MIB} | {code} |")
    return int(any(one.process.returncode != 0 for one in found))


if __name__ == "__main__":
    sys.exit(main())
