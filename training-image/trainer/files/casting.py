"""What is a whole column of texts as another type, if every cell is of it?"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

_FIRST_CELLS = 32


def cast_all(texts: pa.Array, kind: pa.DataType) -> pa.Array | None:
    """The values, or None where a single cell is none.

    The first cells are tried alone: Arrow words an error for every cell that fails, which for a
    column of another type costs more than all the rest.
    """
    try:
        if len(texts) > _FIRST_CELLS:
            pc.cast(texts.slice(0, _FIRST_CELLS), kind)
        return pc.cast(texts, kind)
    except pa.ArrowInvalid:
        return None
