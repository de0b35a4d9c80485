"""How does a source become a dataset version, or a list of what is wrong with it?"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from modelbundle.canonical import canonical_json, digest_of, file_sha256
from modelbundle.store import Store
from trainer.checks.dataset_checks import empty_failure
from trainer.checks.examination import POSITION, Examination, Sources
from trainer.checks.shape_checks import unexpected_columns, unreadable_failures
from trainer.checks.splitting import Side, Splitter
from trainer.datasets.dataset_manifest import PROFILE, DatasetFile, DatasetManifest, read_manifest
from trainer.datasets.parts import PartWriter
from trainer.datasets.versions import Published, publish_version
from trainer.files.raw_batch import RawBatch
from trainer.files.reading import Reading
from trainer.pod.environment import Environment
from trainer.pod.result import Document, Result
from trainer.pod.storing import open_environment_store
from trainer.progress import Progress
from trainer.rows.findings import Check, Failure, by_importance
from trainer.rows.learning import learned
from trainer.rows.schema import Schema
from trainer.rows.typed_rows import TypedRows
from trainer.rows.typed_values import ARROW_TYPES
from trainer.sources.buckets import open_bucket
from trainer.sources.listing import files_of
from trainer.tasks.ingest_task import IngestTask, Leakage


@dataclass(frozen=True, slots=True)
class Ingest:
    """One ingest: its task, the store it publishes to, its local disk and its voice."""

    task: IngestTask
    store: Store
    folder: Path
    progress: Progress

    def result(self, reading: Reading) -> Document:
        """result.json: Accepted with a version in the store, or Refused with every failure.

        Raises UserFault or MachineFault where there is nothing to judge.
        """
        schema, raw = learned(
            self.task,
            self._watched(reading),
            lambda digest: read_manifest(self.store, digest),
            self.folder,
        )
        typed = TypedRows(schema)
        examined = Examination(self.task, typed, self.folder)
        for block in typed.blocks(raw):
            self.progress.tick("checking", typed.rows, reading.bytes_read)
            if schema.stored:
                examined.add(block)
        sources = Sources(reading.row_numbers, _newest(reading))
        leaks = examined.leaks(sources)
        failures = [*unreadable_failures(reading.done, sources.numbers)]
        failures += examined.failures(sources) if typed.rows else (empty_failure(),)
        if self.task.checks.target_leakage is Leakage.REFUSE:
            failures, leaks = [*failures, *leaks], ()
        if failures:
            return self._refused(failures, typed, reading)
        warned = (unexpected_columns(typed), *(f"{leak.check}: {leak.message}" for leak in leaks))
        warnings = [*schema.notes, *(warning for warning in warned if warning)]
        return self._split(examined, typed, reading, warnings)

    def _watched(self, reading: Reading) -> Iterator[RawBatch]:
        rows = 0
        for batch in reading.batches():
            rows += batch.rows.num_rows
            self.progress.tick("reading", rows, reading.bytes_read)
            yield batch

    def _split(
        self, examined: Examination, typed: TypedRows, reading: Reading, warnings: list[str]
    ) -> Document:
        splitter = examined.splitter()
        arrow = pa.schema([(c.name, ARROW_TYPES[c.type]) for c in typed.schema.stored])
        train = PartWriter(self.folder, "train", arrow)
        test = PartWriter(self.folder, "test", arrow)
        for batch in examined.spool.drain():
            rows = batch.select(arrow.names)
            sides = splitter.sides(rows, batch.column(POSITION).to_numpy())
            train.add(rows.filter(pa.array(sides == Side.TRAIN)))
            test.add(rows.filter(pa.array(sides == Side.TEST)))
            self.progress.tick("splitting", train.rows + test.rows, reading.bytes_read)
        files = (*test.finish(), *train.finish())
        if not train.rows or not test.rows:
            failure = _split_failure(self.task, train.rows, test.rows, typed.rows)
            return self._refused([failure], typed, reading)
        profile = self.folder / PROFILE
        profile.write_bytes(examined.profile())
        size, sha256 = file_sha256(profile)
        manifest = _manifest(
            typed.schema,
            splitter,
            examined.content_digest,
            (DatasetFile(PROFILE, size, sha256, 0), *files),
            (typed.rows, train.rows, test.rows),
        )
        published = publish_version(self.store, manifest, self.folder)
        return _accepted(published, reading, warnings)

    def _refused(self, failures: list[Failure], typed: TypedRows, reading: Reading) -> Document:
        return {
            "verb": "ingest",
            "outcome": "Refused",
            "rows": typed.rows,
            "sourceDigest": _source_digest(reading),
            "failures": [failure.document() for failure in by_importance(failures)],
        }


def run(task: IngestTask, environment: Environment) -> Result:
    """The result of one ingest in this pod."""
    store = open_environment_store(environment)
    files = files_of(
        task.source, lambda: store, lambda source: open_bucket(source, environment.variables)
    )
    with tempfile.TemporaryDirectory(prefix="ingest-", dir=environment.spool) as name:
        folder = Path(name)
        progress = Progress(time.monotonic, _say)
        reading = Reading(files, task.format, folder)
        return Result(Ingest(task, store, folder, progress).result(reading))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _newest(reading: Reading) -> datetime | None:
    return max((file.modified for file in reading.done if file.modified), default=None)


def _source_digest(reading: Reading) -> str:
    """Names what was read: the names and bytes of all files."""
    return digest_of(canonical_json([[file.name, file.sha256] for file in reading.done]))


def _split_failure(task: IngestTask, train: int, test: int, rows: int) -> Failure:
    empty = "test" if not test else "train"
    message = (
        f"the {empty} part is empty: {rows} rows split by {task.split.by} at"
        f" {task.split.test_percent} % give {train} train and {test} test rows; bring more rows"
        " or groups, or change the split"
    )
    return Failure(Check.SPLIT_EMPTY, task.split.column, 0, rows, (), message)


def _manifest(
    schema: Schema,
    splitter: Splitter,
    content_digest: str,
    files: tuple[DatasetFile, ...],
    counts: tuple[int, int, int],
) -> DatasetManifest:
    return DatasetManifest(
        content_digest=content_digest,
        schema_digest=schema.digest,
        columns=tuple(column.manifest for column in schema.columns),
        target=schema.target,
        split=splitter.document(),
        files=tuple(sorted(files, key=lambda file: file.path)),
        rows=counts[0],
        train_rows=counts[1],
        test_rows=counts[2],
    )


def _accepted(published: Published, reading: Reading, warnings: list[str]) -> Document:
    manifest = published.manifest
    return {
        "verb": "ingest",
        "outcome": "Accepted",
        "digest": published.digest,
        "schemaDigest": manifest.schema_digest,
        "sourceDigest": _source_digest(reading),
        "rows": manifest.rows,
        "trainRows": manifest.train_rows,
        "testRows": manifest.test_rows,
        "columns": len(manifest.columns),
        "bytes": sum(file.size for file in manifest.files),
        "warnings": warnings,
    }
