"""How does a source become a dataset version, or a list of what is wrong with it?"""

from __future__ import annotations

import contextlib
import sys
import tempfile
import time
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from modelbundle.canonical import file_sha256
from modelbundle.store import Store
from trainer.checks.dataset_checks import empty_failure, split_empty_failure
from trainer.checks.difference import Before, Difference
from trainer.checks.dividing import Divided, Division
from trainer.checks.examination import Examination, Sources
from trainer.checks.notes import notes_of, target_notes
from trainer.checks.shape_checks import unreadable_failures
from trainer.checks.split_leakage import SplitLeakage, split_leakage
from trainer.checks.time_notes import time_notes
from trainer.checks.version_pages import with_refusal_page, with_version_pages
from trainer.datasets.dataset_manifest import (
    MANIFEST,
    PROFILE,
    DatasetFile,
    DatasetManifest,
    dataset_folder,
    read_manifest,
)
from trainer.datasets.versions import Published, publish_version
from trainer.files.raw_batch import RawBatch
from trainer.files.reading import Reading
from trainer.pod.environment import Environment
from trainer.pod.exits import UserFault
from trainer.pod.pipelining import IN_TURN, Pipeline
from trainer.pod.processors import usable_processors
from trainer.pod.result import Document, Result
from trainer.pod.storing import open_environment_store, store_faults
from trainer.progress import Progress
from trainer.rows.findings import Failure, by_importance
from trainer.rows.learning import learned
from trainer.rows.row_digests import BlockKeys, block_keys
from trainer.rows.schema import Schema
from trainer.rows.typed_rows import Block, TypedRows
from trainer.rows.typed_values import ARROW_TYPES
from trainer.sources.buckets import open_bucket
from trainer.sources.listing import files_of
from trainer.sources.observed_source import ObservedSource
from trainer.tasks.ingest_task import IngestTask, Leakage

_MOST_PROCESSORS = 4
"""One thread reads and one writes: more would only hold more batches in memory."""


@dataclass(frozen=True, slots=True)
class Ingest:
    """One ingest: its task, the store it publishes to, its local disk, its voice, its source."""

    task: IngestTask
    store: Store
    folder: Path
    progress: Progress
    source: ObservedSource
    pipeline: Pipeline = IN_TURN

    def result(self, reading: Reading) -> Document:
        """result.json: Accepted with a version in the store, or Refused with every failure.

        Raises UserFault or MachineFault where there is nothing to judge.
        """
        schema, raw = learned(
            self.task,
            self.pipeline.ahead(self._watched(reading)),
            lambda digest: read_manifest(self.store, digest),
            self.folder,
        )
        typed = TypedRows(schema)
        before, untold = self._before()
        examined = Examination(self.task, typed, self.folder, before, self.pipeline)
        division = self._divided(examined, typed, raw, reading, before)
        sources = Sources(reading.row_numbers, reading.modified, reading.done, reading.left_out)
        leaks = examined.leaks(sources)
        difference = examined.difference() if typed.rows and schema.stored else None
        failures = _failures(examined, typed, sources)
        if difference is not None:
            failures += difference.failures(self.task.checks.against_previous)
        if self.task.checks.target_leakage is Leakage.REFUSE:
            failures, leaks = [*failures, *leaks], ()
        if failures:
            return self._refused(failures, typed, reading) | _told(difference)
        notes = [*self._notes(examined, typed, reading, leaks)]
        divided = division.finish(lambda n: self.progress.tick("splitting", n, reading.bytes_read))
        failures, told = _split_failures(self.task, divided, typed.rows, reading)
        if failures:
            return self._refused(failures, typed, reading) | _told(difference)
        # Part of the version: only what its rows say, not how or when they were read.
        profile = examined.profile(reading.left_out, [*typed.schema.notes])
        published = self._published(profile, examined, divided, typed)
        document = _accepted(published, reading, [*untold, *notes, *told])
        document |= _fresh(examined.fresh_until(sources))
        sample = examined.sampled()
        if published.digest == self.task.previous or sample is None:
            return document
        name, seen = self.task.dataset, (profile, sample.rows)
        return with_version_pages(self.store, name, published, document | _told(difference), seen)

    def _notes(
        self, examined: Examination, typed: TypedRows, reading: Reading, leaks: Iterable[Failure]
    ) -> Iterator[str]:
        yield from notes_of(typed, reading)
        yield from time_notes(self.task, typed, examined, reading.done)
        yield from target_notes(typed, examined.classes)
        yield from (f"{leak.check}: {leak.message}" for leak in leaks)

    def _divided(
        self,
        examined: Examination,
        typed: TypedRows,
        raw: Iterator[RawBatch],
        reading: Reading,
        before: Before | None,
    ) -> Division:
        schema, split = typed.schema, self.task.split
        leakage = split_leakage(self.task, schema, before.manifest if before else None)
        columns = _arrow_schema(schema)
        division = Division(split, columns, self.folder, leakage, self.pipeline)
        blocks = self._examined(examined, typed, raw, reading, leakage)
        with contextlib.closing(blocks):
            for block, keys in blocks:
                division.add(block.rows, keys)
        division.end()
        examined.end()
        return division

    def _before(self) -> tuple[Before | None, tuple[str, ...]]:
        """The version to compare with, or why there is none any more."""
        digest = self.task.previous
        if digest is None:
            return None, ()
        try:
            return Before(digest, read_manifest(self.store, digest), self.store), ()
        except UserFault as fault:
            return None, (f"nothing is compared with the version before: {fault.message}",)

    def _watched(self, reading: Reading) -> Iterator[RawBatch]:
        rows = 0
        for batch in reading.batches():
            rows += batch.rows.num_rows
            self.progress.tick("reading", rows, reading.bytes_read)
            yield batch
        self.source.refuse_changes()

    def _examined(
        self,
        examined: Examination,
        typed: TypedRows,
        raw: Iterator[RawBatch],
        reading: Reading,
        leakage: SplitLeakage | None,
    ) -> Generator[tuple[Block, BlockKeys]]:
        blocks = typed.blocks(raw, self.pipeline)
        features, ids = (leakage.features, leakage.ids) if leakage else ((), ())

        def keyed(block: Block) -> tuple[Block, BlockKeys]:
            return block, block_keys(block.rows, features, ids)

        for block, keys in self.pipeline.mapped(keyed, blocks):
            self.progress.tick("checking", typed.rows, reading.bytes_read)
            if typed.schema.stored:
                examined.add(block, keys.rows)
                yield block, keys

    def _published(
        self, profile: bytes, examined: Examination, divided: Divided, typed: TypedRows
    ) -> Published:
        (self.folder / PROFILE).write_bytes(profile)
        size, sha256 = file_sha256(self.folder / PROFILE)
        files = (DatasetFile(PROFILE, size, sha256, 0), *divided.files)
        manifest = DatasetManifest(
            content_digest=examined.content_digest,
            schema_digest=typed.schema.digest,
            columns=tuple(column.manifest for column in typed.schema.columns),
            target=typed.schema.target,
            split=divided.splitter.document(),
            files=tuple(sorted(files, key=lambda file: file.path)),
            rows=typed.rows,
            train_rows=divided.train_rows,
            test_rows=divided.test_rows,
        )
        return publish_version(self.store, manifest, self.folder)

    def _refused(self, failures: list[Failure], typed: TypedRows, reading: Reading) -> Document:
        return {
            "verb": "ingest",
            "outcome": "Refused",
            "rows": typed.rows,
            "sourceDigest": reading.digest,
            "failures": [failure.document() for failure in by_importance(failures)],
        }


def run(task: IngestTask, environment: Environment) -> Result:
    """The result of one ingest in this pod."""
    store = open_environment_store(environment)
    source = ObservedSource(
        lambda: files_of(
            task.source, lambda: store, lambda found: open_bucket(found, environment.variables)
        ),
        task.reader,
    )
    known = task.known_state
    if known is not None and _is_kept(store, task.previous) and source.state() == known:
        return Result({"verb": "ingest", "outcome": "Unchanged", "sourceState": known})
    processors = min(_MOST_PROCESSORS, usable_processors())
    with (
        tempfile.TemporaryDirectory(prefix="ingest-", dir=environment.spool) as name,
        Pipeline(processors) as pipeline,
    ):
        folder = Path(name)
        columns = tuple(column.name for column in task.columns or ())
        reading = Reading(source.files, task.format, folder, task.csv, columns)
        progress = Progress(time.monotonic, _say)
        try:
            document = Ingest(task, store, folder, progress, source, pipeline).result(reading)
        except UserFault:
            source.refuse_changes()
            raise
    document = with_refusal_page(store, task.dataset, document, environment.result)
    return Result({**document, "sourceState": source.state_read()})


def _is_kept(store: Store, digest: str | None) -> bool:
    """Whether the store still has the version that another look would find again."""
    with store_faults():
        return digest is None or store.exists(f"{dataset_folder(digest)}/{MANIFEST}")


def _told(difference: Difference | None) -> Document:
    return {"difference": difference.document()} if difference is not None else {}


def _fresh(until: datetime | None) -> Document:
    return {"freshUntil": until.isoformat()} if until is not None else {}


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _failures(examined: Examination, typed: TypedRows, sources: Sources) -> list[Failure]:
    failures = [*unreadable_failures(sources.files, sources.numbers)]
    if typed.rows:
        failures += examined.failures(sources)
    elif not failures:
        failures.append(empty_failure(sources.left_out))
    return failures


def _arrow_schema(schema: Schema) -> pa.Schema:
    return pa.schema([(column.name, ARROW_TYPES[column.type]) for column in schema.stored])


def _split_failures(
    task: IngestTask, divided: Divided, rows: int, reading: Reading
) -> tuple[list[Failure], list[str]]:
    """What is wrong with both parts beside each other, and what is only told."""
    train, test = divided.train_rows, divided.test_rows
    if not train or not test:
        return [split_empty_failure(task.split, rows, train, test)], []
    if divided.leakage is None:
        return [], []
    leaks = [*divided.leakage.failures(reading.row_numbers, divided.splitter)]
    if task.checks.split_leakage is Leakage.REFUSE:
        return leaks, []
    return [], [f"{leak.check}: {leak.message}" for leak in leaks]


def _accepted(published: Published, reading: Reading, warnings: list[str]) -> Document:
    manifest = published.manifest
    return {
        "verb": "ingest",
        "outcome": "Accepted",
        "digest": published.digest,
        "schemaDigest": manifest.schema_digest,
        "sourceDigest": reading.digest,
        "rows": manifest.rows,
        "trainRows": manifest.train_rows,
        "testRows": manifest.test_rows,
        "columns": len(manifest.columns),
        "bytes": sum(file.size for file in manifest.files),
        "warnings": warnings,
    }
