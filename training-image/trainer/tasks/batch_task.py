"""What may the operator ask of a batch prediction?"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from trainer.tasks.csv_options import CsvOptions
from trainer.tasks.ingest_task import Format
from trainer.tasks.task_parts import Digest, Document, Source, Text

PREDICTIONS = "predictions/"
"""The folder of the store below which all predictions lie."""
Folder = Annotated[
    str, StringConstraints(pattern=r"^predictions(/[A-Za-z0-9][A-Za-z0-9._=-]*)+$", max_length=512)
]


class BatchTask(Document):
    """Score every row of the source's files, a share of the files in each of `parts` pods.

    `output` is the run's folder in the store; `columns` are carried along beside the predictions.
    """

    version: Literal[1]
    run: Text
    source: Source
    format: Format | None = None
    csv: CsvOptions = CsvOptions()
    bundle: Digest
    output: Folder
    columns: Annotated[tuple[Text, ...], Field(max_length=16)] = ()
    parts: Annotated[int, Field(ge=1, le=100)] = 1
