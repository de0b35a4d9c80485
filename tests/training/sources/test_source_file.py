"""A stream over chunks."""

from __future__ import annotations

import hashlib
import io

from hypothesis import given
from hypothesis import strategies as st

from trainer.sources.source_file import ChunkReader


@given(st.lists(st.binary(max_size=50)), st.integers(1, 60))
def test_a_stream_is_its_chunks_counted_and_hashed(chunks: list[bytes], size: int) -> None:
    """However it is read."""
    reader = ChunkReader(iter(chunks))
    assert reader.readable()
    stream = io.BufferedReader(reader, size)
    whole = b"".join(chunks)
    assert whole == stream.read()
    assert (len(whole), hashlib.sha256(whole).hexdigest()) == (reader.size, reader.sha256)
