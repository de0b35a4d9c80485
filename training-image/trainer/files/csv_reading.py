"""How is a CSV file read in one stream, every cell as the bytes that stand there?"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv

from trainer.files.raw_batch import RawBatch, Unreadable
from trainer.pod.exits import Reason, UserFault

_BLOCK_BYTES = 1 << 18
_SNIFFED_BYTES = 1 << 16
_ROW = re.compile(r"Row #([0-9]+): (.*)")


def read_csv(
    name: str, stream: io.BufferedReader[io.RawIOBase], unreadable: Unreadable
) -> Iterator[RawBatch]:
    """The rows below the header. Cells keep their bytes, so that no type is guessed from a part.

    The separator is a comma; a header without commas, but with ; or tabs, says otherwise. Rows
    with too few or too many cells go to `unreadable`.
    Raises UserFault FormatUnreadable for bytes that are not CSV, rows over 256 KiB included.
    """
    separator = _separator(stream.peek(_SNIFFED_BYTES)[:_SNIFFED_BYTES])

    def skip(row: Any) -> str:
        found = f"{row.actual_columns} cells, not {row.expected_columns}: {row.text[:60]}"
        unreadable.add((row.number or 2) - 1, found)
        return "skip"

    try:
        with pa_csv.open_csv(
            pa.PythonFile(stream, mode="r"),
            read_options=pa_csv.ReadOptions(block_size=_BLOCK_BYTES, use_threads=False),
            parse_options=pa_csv.ParseOptions(
                delimiter=separator, newlines_in_values=True, invalid_row_handler=skip
            ),
            convert_options=pa_csv.ConvertOptions(
                default_column_type=pa.binary(), strings_can_be_null=False
            ),
        ) as reader:
            header = checked_header(name, reader.schema.names)
            for batch in reader:
                yield RawBatch(_named(batch, header))
    except UnicodeDecodeError as error:
        raise UserFault(
            Reason.FORMAT_UNREADABLE,
            f"file {name}: the column names are not UTF-8 text; save the file as UTF-8",
        ) from error
    except pa.ArrowInvalid as error:
        if "Empty CSV file" in str(error):
            return
        raise UserFault(Reason.FORMAT_UNREADABLE, f"file {name}: {_explained(error)}") from error


def checked_header(name: str, names: list[str]) -> list[str]:
    """The column names without spaces around them. Raises UserFault when one comes twice."""
    header = [column.strip() for column in names]
    doubled = sorted({column for column in header if column and header.count(column) > 1})
    if doubled:
        raise UserFault(
            Reason.FORMAT_UNREADABLE,
            f"file {name}: several columns are called {', '.join(doubled)}; rename all but one",
        )
    return header


def _named(batch: pa.RecordBatch, header: list[str]) -> pa.RecordBatch:
    """Columns without a name are left out: most often a row number that some tool has added."""
    kept = [place for place, column in enumerate(header) if column]
    return pa.RecordBatch.from_arrays(
        [batch.column(place) for place in kept], names=[header[place] for place in kept]
    )


def _separator(start: bytes) -> str:
    line = start.split(b"\n", 1)[0]
    if b"," in line:
        return ","
    return max((";", "\t", "|"), key=lambda mark: line.count(mark.encode())) if line else ","


def _explained(error: pa.ArrowInvalid) -> str:
    text = str(error).splitlines()[0]
    if "straddling" in text:
        return "a row is longer than 256 KiB; is a quotation mark left open?"
    row = _ROW.search(text)
    # Arrow counts the header as row 1; such a row holds bytes that are not even text.
    return f"row {int(row[1]) - 1}: {row[2][:200]}" if row else text[:300]
