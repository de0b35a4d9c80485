"""How is a parquet file read in one stream?"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from trainer.files.column_names import checked_header, column_name
from trainer.files.compression import Stream
from trainer.files.list_columns import ListColumns, is_number_list, lengths_of, spread
from trainer.files.parquet_size import in_pieces, refuse_endless_lists, text_columns
from trainer.files.raw_batch import LeftOut, RawBatch
from trainer.files.raw_values import CODED_TEXTS, plain, why_no_value
from trainer.files.signatures import refuse_other_kinds
from trainer.pod.exits import Reason, UserFault

_ROWS = 16_384
_MOST_ROWS = 65_536
_BATCH_BYTES = 16 << 20
_BUFFER_BYTES = 1 << 20


def read_parquet(
    name: str, stream: Stream, spool: Path, left_out: LeftOut, lists: ListColumns
) -> Iterator[RawBatch]:
    """All rows. Parquet is read from its end, so the bytes are first copied below `spool`.

    Raises UserFault FormatUnreadable as `read_parquet_file` does.
    """
    copy = spool / "source.parquet"
    with copy.open("wb") as target:
        shutil.copyfileobj(stream, target, _BUFFER_BYTES)
    try:
        yield from read_parquet_file(name, copy, left_out, lists)
    finally:
        # Whoever gave up reading may have removed the folder already.
        copy.unlink(missing_ok=True)


def read_parquet_file(
    name: str, path: Path, left_out: LeftOut, lists: ListColumns
) -> Iterator[RawBatch]:
    """All rows of the file at this path.

    Structs become one column per member, lists of numbers of one length one column per number;
    columns whose cells are no values go to `left_out`.
    Raises UserFault FormatUnreadable for bytes that are not parquet.
    """
    with path.open("rb") as written:
        refuse_other_kinds(name, written.read(512), "parquet")
    try:
        if path.stat().st_size:
            yield from _read(name, path, left_out, lists)
    except (pa.ArrowException, OSError) as error:
        text = str(error).splitlines()[0][:300]
        raise UserFault(
            Reason.FORMAT_UNREADABLE, f"file {name} is not parquet, or cut off: {text}"
        ) from error


def _read(name: str, copy: Path, left_out: LeftOut, lists: ListColumns) -> Iterator[RawBatch]:
    with pq.ParquetFile(copy) as parquet:
        refuse_endless_lists(name, parquet)
        as_written = text_columns(parquet)
    # Without a unit, times of Spark beyond the year 2262 would wrap into other years.
    with pq.ParquetFile(
        copy,
        pre_buffer=False,
        buffer_size=_BUFFER_BYTES,
        coerce_int96_timestamp_unit="us",
        read_dictionary=as_written,
    ) as parquet:
        checked_header(name, _flat(parquet.schema_arrow.empty_table()).schema.names)
        _decide_lists(parquet, left_out, lists)
        for batch in parquet.iter_batches(_rows_at_a_time(parquet.metadata), use_threads=False):
            flat = _flat(pa.Table.from_batches([batch]))
            yield from (RawBatch(_plain(piece, left_out, lists)) for piece in in_pieces(flat))


def _rows_at_a_time(metadata: pq.FileMetaData) -> int:
    """Of short rows more, since every batch costs some time of its own."""
    groups = (metadata.row_group(number) for number in range(metadata.num_row_groups))
    longest = max((g.total_byte_size / g.num_rows for g in groups if g.num_rows), default=0)
    wide = (
        longest * _MOST_ROWS > _BATCH_BYTES or metadata.num_columns * _MOST_ROWS * 8 > _BATCH_BYTES
    )
    return _ROWS if wide else _MOST_ROWS


def _decide_lists(parquet: pq.ParquetFile, left_out: LeftOut, lists: ListColumns) -> None:
    """A look at all lists of numbers: only those of one length become columns."""
    for field in parquet.schema_arrow:
        if is_number_list(field.type):
            batches = parquet.iter_batches(_ROWS, columns=[field.name], use_threads=False)
            found = [lengths_of(batch.column(0)) for batch in batches]
            if any(found):
                lists.decide(column_name(field.name), frozenset().union(*found), left_out)


def _plain(flat: pa.Table, left_out: LeftOut, lists: ListColumns) -> pa.RecordBatch:
    names, columns = [], []
    for field, column in zip(flat.schema, flat.columns, strict=True):
        name = column_name(field.name)
        array = column.combine_chunks()
        if name in lists.lengths and name not in left_out and is_number_list(field.type):
            names += lists.names(name)
            columns += [plain(part) for part in spread(array, lists.lengths[name])]
            continue
        if name and array.type == CODED_TEXTS:
            names.append(name)
            columns.append(array)
            continue
        if pa.types.is_dictionary(array.type):
            array = array.dictionary_decode()
        why = "it has no name" if not name else why_no_value(field.type) or _why_no_text(array)
        if why is None:
            names.append(name)
            columns.append(plain(array))
        else:
            left_out.setdefault(name, why)
    if not columns:
        return pa.RecordBatch.from_pylist([{}] * flat.num_rows, pa.schema([]))
    return pa.RecordBatch.from_arrays(columns, names=names)


def _flat(table: pa.Table) -> pa.Table:
    """Members of structs as columns `place.lat`, however deep they lie."""
    while any(pa.types.is_struct(field.type) for field in table.schema):
        table = table.flatten()
    return table


def _why_no_text(array: pa.Array) -> str | None:
    if not (pa.types.is_binary(array.type) or pa.types.is_fixed_size_binary(array.type)):
        return None
    try:
        pc.cast(pc.cast(array, pa.binary()), pa.string())
    except pa.ArrowInvalid:
        return "it holds bytes that are no UTF-8 text, such as pictures"
    return None
