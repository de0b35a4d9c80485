"""What does the model say about the rows of one part?

Runs whatever code a model brings, so it has no credentials; memory is bounded at any size.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from modelbundle.faults import BundleCorrupt, BundleFault
from modelbundle.loading import chosen_runtime, load_runtime
from modelbundle.manifest import FORMAT_FILES
from modelbundle.onnx_runtime import OnnxRuntime
from modelbundle.packing import verify
from modelbundle.prediction import Runtime
from modelbundle.signature import Signature
from trainer.batch.answers import Asking
from trainer.batch.feature_rows import Refused, feature_rows
from trainer.batch.grouped_trees import grouped_trees
from trainer.batch.prediction_files import (
    SET_ASIDE,
    PartFile,
    numbers_in_file,
    prediction_columns,
    prediction_schema,
    repeated,
)
from trainer.batch.quick_trees import QuickTrees
from trainer.batch.staged import (
    PREDICTIONS_NAME,
    SET_ASIDE_NAME,
    StagedFile,
    read_receipt,
    read_staged,
    write_counts,
)
from trainer.batch.summed_trees import summed_trees
from trainer.files.raw_batch import RawBatch
from trainer.files.raw_values import texts_of
from trainer.files.reading import Reading
from trainer.pod.arrow_alone import keep_arrow_from_pandas
from trainer.pod.environment import Environment
from trainer.pod.exits import Exit, Reason, UserFault
from trainer.pod.result import Document, Result
from trainer.progress import Progress
from trainer.sources.source_file import LocalCopy, OpenedFile, SourceFile
from trainer.tasks.batch_task import BatchTask

EXAMPLES = 3
_CHUNK_BYTES = 1 << 20


@dataclass(slots=True)
class Scoring:
    """One part that is scored; counts grow with its rows."""

    task: BatchTask
    asking: Asking
    predictions: PartFile
    set_aside: PartFile
    progress: Progress
    rows: int = 0
    examples: list[Document] = field(default_factory=list)

    def add(self, file: StagedFile, source: SourceFile, spool: Path) -> None:
        """Every row of the file is scored or set aside.

        Raises UserFault for a file that cannot be read, or lacks a column.
        """
        reading = Reading((source,), self.task.format, spool, self.task.csv)
        read = 0
        for batch in reading.batches():
            count = batch.rows.num_rows
            skipped = reading.unreadable.numbers if reading.unreadable else ()
            numbers = numbers_in_file(read, count, skipped)
            self._add(file.name, batch, numbers)
            read += count
            self.rows += count
            self.progress.tick("scoring", self.rows, reading.bytes_read)
        for done in reading.done:
            texts = [*done.unreadable_texts, *[""] * len(done.unreadable)]
            refused = [Refused(n, "", t, "cannot be read") for n, t in enumerate(texts)]
            unread = np.asarray(done.unreadable, dtype=np.int64)
            self._put_aside(file.name, unread, refused[: len(unread)])
            self.rows += len(unread)

    def _add(self, name: str, batch: RawBatch, numbers: npt.NDArray[np.int64]) -> None:
        signature = self.asking.runtime.signature
        asked = feature_rows(name, batch, signature.features)
        answers = self.asking.ask(asked.rows)
        failed = [
            Refused(int(asked.places[place]), "", "", f"the model fails on it: {why}")
            for place, why in answers.failed
        ]
        self._put_aside(name, numbers, [*asked.refused, *failed])
        places = asked.places[answers.places]
        if not len(places):
            return
        found = prediction_columns(answers.prediction, signature, self.predictions.schema)
        count = len(places)
        self.predictions.add(
            [
                repeated(name, count),
                pa.array(numbers[places]),
                *(_carried(batch, column, places, name) for column in self.task.columns),
                *found,
                repeated(self.task.bundle, count),
            ]
        )

    def _put_aside(self, name: str, numbers: npt.NDArray[np.int64], refused: list[Refused]) -> None:
        if not refused:
            return
        rows = numbers[[row.place for row in refused]].tolist()
        columns = [
            [getattr(row, what) for row in refused] for what in ("column", "found", "reason")
        ]
        self.set_aside.add([[name] * len(rows), rows, *columns])
        for number, row in zip(rows, refused, strict=True):
            if len(self.examples) < EXAMPLES:
                cell = " ".join(word for word in (row.column, row.found, row.reason) if word)
                self.examples.append({"file": name, "row": number, "reason": cell})


def run(task: BatchTask, environment: Environment) -> Result:
    """The predictions folder holds the part: predictions, rows set aside, counts.

    Raises UserFault: BundleCorrupt, ModelUnreadable, FormatUnreadable, ColumnMissing,
    PredictionsInvalid.
    """
    if read_receipt(environment.input) is not None:
        return Result({}, Exit.DONE)
    folder = environment.predictions
    folder.mkdir(parents=True, exist_ok=True)
    runtime = _loaded(environment.output, task.bundle)
    if isinstance(runtime, OnnxRuntime | QuickTrees):
        keep_arrow_from_pandas()
    # Batches of one size come and go in one thread: of all allocators, the system's faults least.
    pa.set_memory_pool(pa.system_memory_pool())
    schema = prediction_schema(runtime.signature, task.columns)
    files = read_staged(environment.input)
    with ExitStack() as stack:
        spool = stack.enter_context(tempfile.TemporaryDirectory(dir=environment.spool))
        scoring = Scoring(
            task,
            Asking(runtime),
            stack.enter_context(PartFile(folder / PREDICTIONS_NAME, schema)),
            stack.enter_context(PartFile(folder / SET_ASIDE_NAME, SET_ASIDE)),
            Progress(time.monotonic, _say),
        )
        for file in files:
            scoring.add(file, _source(environment.input, file), Path(spool))
    counts: Document = {
        "rows": scoring.rows,
        "scored": scoring.predictions.rows,
        "setAside": scoring.set_aside.rows,
        "examples": scoring.examples,
        "files": [{"name": file.name, "size": file.size, "sha256": file.sha256} for file in files],
    }
    write_counts(folder, counts)
    return Result({}, Exit.DONE)


def _loaded(folder: Path, digest: str) -> Runtime:
    """The model as a server would load it, so that both answer alike."""
    try:
        manifest = verify(folder, digest)
        runtime = load_runtime(folder, manifest, chosen_runtime(folder, manifest))
    except BundleCorrupt as fault:
        raise UserFault(Reason.BUNDLE_CORRUPT, str(fault)) from fault
    except BundleFault as fault:
        raise UserFault(Reason.MODEL_UNREADABLE, str(fault)) from fault
    if not isinstance(runtime, OnnxRuntime):
        return runtime
    quick = _quick((folder / FORMAT_FILES["onnx"]).read_bytes(), manifest.signature)
    return runtime if quick is None else QuickTrees(runtime, quick)


def _quick(content: bytes, signature: Signature) -> Runtime | None:
    summed = summed_trees(content, signature)
    if summed is not None:
        return summed
    grouped = grouped_trees(content, signature)
    return None if grouped is None else OnnxRuntime(grouped, signature)


def _source(folder: Path, file: StagedFile) -> SourceFile:
    copy = LocalCopy(folder / file.copy, file.size, file.sha256)
    return SourceFile(file.name, lambda: OpenedFile(_chunks(copy.path), None, copy=copy))


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            yield chunk


def _carried(batch: RawBatch, column: str, places: npt.NDArray[np.int64], name: str) -> pa.Array:
    names = batch.rows.schema.names
    if column in names:
        return texts_of(batch.rows.column(names.index(column)).take(pa.array(places)))
    if batch.keys_vary:
        return pa.nulls(len(places), pa.string())
    raise UserFault(
        Reason.COLUMN_MISSING, f"file {name} has no column {column}, which output.columns names"
    )


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
