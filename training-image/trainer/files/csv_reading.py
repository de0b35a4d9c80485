"""How is a CSV file read in one stream, every cell as the bytes that stand there?"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from trainer.files.cell_rules import CellRules
from trainer.files.column_names import checked_header
from trainer.files.compression import Stream
from trainer.files.csv_dialect import Dialect, dialect_of
from trainer.files.csv_header import refuse_odd_header
from trainer.files.encodings import as_utf8
from trainer.files.raw_batch import RawBatch, Unreadable
from trainer.files.signatures import refuse_other_kinds
from trainer.pod.exits import Reason, UserFault
from trainer.tasks.csv_options import CsvOptions

_BLOCK_BYTES = 2 << 20
_LINE_END = ord("\n")
_SNIFFED_BYTES = 1 << 16
_ROW = re.compile(r"Row #([0-9]+): (.*)")


def read_csv(
    name: str,
    stream: Stream,
    unreadable: Unreadable,
    options: CsvOptions | None = None,
    declared: tuple[str, ...] = (),
) -> Iterator[RawBatch]:
    """The rows below the header. Cells keep their bytes, so that no type is guessed from a part.

    What the options do not say is told by the first lines. Without a header the columns have the
    declared names, else c1, c2 and so on. Rows with too few or too many cells go to `unreadable`.
    Raises UserFault FormatUnreadable for bytes that are not CSV, rows over 2 MiB included.
    """
    given = options or CsvOptions()
    text = as_utf8(name, stream, given.encoding)
    dialect = _dialect(name, text, given)
    text.read(dialect.skipped)
    rules = cell_rules(given)

    def skip(row: Any) -> str:
        found = f"{row.actual_columns} cells, not {row.expected_columns}: {row.text[:60]}"
        unreadable.add((row.number or 2) - given.header, found)
        return "skip"

    with _csv_faults(name), _opened(text, dialect, given, skip) as reader:
        names = reader.schema.names if given.header else _names(name, reader, declared)
        header = checked_header(name, names)
        row = 1
        for batch in reader:
            _check_quotes(name, batch, dialect, row)
            row += batch.num_rows
            yield RawBatch(named(batch, header), rules=rules)


@contextmanager
def _csv_faults(name: str) -> Iterator[None]:
    """What Arrow cannot read is the user's fault; an empty file has no rows."""
    try:
        yield
    except UnicodeDecodeError as error:
        raise UserFault(
            Reason.FORMAT_UNREADABLE,
            f"file {name}: the column names are not UTF-8 text; save the file as UTF-8 or declare"
            " csv.encoding",
        ) from error
    except pa.ArrowInvalid as error:
        if "Empty CSV file" not in str(error):
            text = f"file {name}: {_explained(error)}"
            raise UserFault(Reason.FORMAT_UNREADABLE, text) from error


def cell_rules(options: CsvOptions) -> CellRules:
    """How the cells of a file with these options are understood."""
    return CellRules(
        null_values=options.null_values,
        decimal=options.decimal,
        thousands=options.thousands or "",
        date_formats=options.date_formats,
    )


def named(batch: pa.RecordBatch, header: list[str]) -> pa.RecordBatch:
    """Columns without a name are left out: most often a row number that some tool has added."""
    kept = [place for place, column in enumerate(header) if column]
    return pa.RecordBatch.from_arrays(
        [batch.column(place) for place in kept], names=[header[place] for place in kept]
    )


def _dialect(name: str, text: Stream, given: CsvOptions) -> Dialect:
    start = text.peek(_SNIFFED_BYTES)[:_SNIFFED_BYTES]
    refuse_other_kinds(name, start, "CSV")
    dialect = dialect_of(
        start,
        complete=len(start) < _SNIFFED_BYTES,
        name=name,
        given=Dialect(given.delimiter or "", given.quote, given.escape),
    )
    if given.header:
        refuse_odd_header(name, start[dialect.skipped :], dialect)
    return dialect


def _opened(
    text: io.BufferedReader[io.RawIOBase], dialect: Dialect, given: CsvOptions, skip: Any
) -> pa_csv.CSVStreamingReader:
    return pa_csv.open_csv(
        pa.PythonFile(text, mode="r"),
        read_options=pa_csv.ReadOptions(
            block_size=_BLOCK_BYTES, use_threads=False, autogenerate_column_names=not given.header
        ),
        parse_options=pa_csv.ParseOptions(
            delimiter=dialect.delimiter,
            quote_char=dialect.quote or False,
            escape_char=dialect.escape or False,
            newlines_in_values=True,
            invalid_row_handler=skip,
        ),
        convert_options=pa_csv.ConvertOptions(
            default_column_type=pa.binary(), strings_can_be_null=False
        ),
    )


def _names(name: str, reader: pa_csv.CSVStreamingReader, declared: tuple[str, ...]) -> list[str]:
    count = len(reader.schema.names)
    if not declared:
        return [f"c{number}" for number in range(1, count + 1)]
    if len(declared) != count:
        raise UserFault(
            Reason.FORMAT_UNREADABLE,
            f"file {name} has {count} columns and no header, but spec.columns declares"
            f" {len(declared)}: declare every column, in the order of the file",
        )
    return list(declared)


def _check_quotes(name: str, batch: pa.RecordBatch, dialect: Dialect, row: int) -> None:
    """Raises UserFault for a cell that holds whole rows: a quotation mark was left open in it."""
    width = batch.num_columns
    if width < 2 or not dialect.quote:
        return
    mark = dialect.delimiter.encode()
    for place, column in enumerate(batch.columns):
        if not _holds_newline(column):
            continue
        for at in pc.indices_nonzero(pc.match_substring(column, b"\n")).to_pylist():
            lines = column[at].as_py().split(b"\n")
            counts = [line.count(mark) for line in lines]
            inner = [count == width - 1 for count in counts[1:-1]]
            whole = any(inner) if width > 2 else len(inner) > 1 and all(inner)
            ends = width > 3 and counts[0] == width - 1 - place and counts[-1] == place
            if whole or ends:
                raise UserFault(
                    Reason.FORMAT_UNREADABLE,
                    f"file {name}: a quotation mark is left open in row {row + at}: its cell holds"
                    f" {len(lines) - 1} further rows. Close or double the quotation mark, or"
                    " declare another csv.quote",
                )


def _holds_newline(column: pa.Array) -> bool:
    """Looks at the bytes of all cells at once: in most files, none holds one."""
    cells = column.buffers()[2]
    return cells is not None and bool((np.frombuffer(cells, np.uint8) == _LINE_END).any())


def _explained(error: pa.ArrowInvalid) -> str:
    text = str(error).splitlines()[0]
    if "straddling" in text:
        return "a row is longer than 2 MiB; is a quotation mark left open?"
    row = _ROW.search(text)
    # Arrow counts the header as row 1.
    if row:
        return (
            f"row {int(row[1]) - 1}: {row[2][:200]}; its bytes are not even UTF-8 text: save the"
            " file as UTF-8 or declare csv.encoding"
        )
    return text[:300]
