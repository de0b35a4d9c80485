"""Which operators does an ONNX file use?

Read off the file's bytes (protocol buffers: numbered fields, each with its length), as a server has
no package that parses ONNX and its session does not tell. Field numbers: onnx.proto of ONNX 1.23.
"""

from __future__ import annotations

from collections.abc import Iterator

_MODEL_GRAPH, _MODEL_FUNCTIONS = 7, 25
_GRAPH_NODE, _FUNCTION_NODE = 1, 7
_NODE_OPERATOR, _NODE_ATTRIBUTE = 4, 5
_ATTRIBUTE_GRAPH, _ATTRIBUTE_GRAPHS = 6, 11
_WITH_GRAPHS = frozenset({"If", "Loop", "Scan", "SequenceMap"})
_NUMBER, _EIGHT_BYTES, _BYTES, _FOUR_BYTES = 0, 1, 2, 5


def operators_of(content: bytes) -> frozenset[str]:
    """The names of all operators in the file, those within loops and functions included.

    Raises ValueError for bytes that are not fields of protocol buffers.
    """
    names: set[str] = set()
    for number, part in _fields(memoryview(content)):
        if number == _MODEL_GRAPH:
            _add_nodes(part, _GRAPH_NODE, names)
        elif number == _MODEL_FUNCTIONS:
            _add_nodes(part, _FUNCTION_NODE, names)
    return frozenset(names)


def _add_nodes(graph: memoryview, node: int, names: set[str]) -> None:
    for number, part in _fields(graph):
        if number == node:
            _add_node(part, names)


def _add_node(node: memoryview, names: set[str]) -> None:
    parts = list(_fields(node))
    own = {bytes(part).decode() for number, part in parts if number == _NODE_OPERATOR}
    names |= own
    # Attributes of other operators are left alone: those of a forest hold a million numbers.
    if own.isdisjoint(_WITH_GRAPHS):
        return
    for number, part in parts:
        if number != _NODE_ATTRIBUTE:
            continue
        for inner, graph in _fields(part):
            if inner in (_ATTRIBUTE_GRAPH, _ATTRIBUTE_GRAPHS):
                _add_nodes(graph, _GRAPH_NODE, names)


def _fields(content: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Number and bytes of each field that has a length; numbers are passed over."""
    at = 0
    while at < len(content):
        tag, at = _number(content, at)
        kind = tag & 7
        if kind == _NUMBER:
            _, at = _number(content, at)
        elif kind == _BYTES:
            length, at = _number(content, at)
            if at + length > len(content):
                raise ValueError(f"a field of {length} bytes at byte {at} of {len(content)}")
            yield tag >> 3, content[at : at + length]
            at += length
        elif kind in (_EIGHT_BYTES, _FOUR_BYTES):
            at += 8 if kind == _EIGHT_BYTES else 4
        else:
            raise ValueError(f"a field of kind {kind} at byte {at}")


def _number(content: memoryview, at: int) -> tuple[int, int]:
    """A whole number of 7 bits per byte, lowest first, and where it ends."""
    value = shift = 0
    while True:
        if at >= len(content) or shift > 63:
            raise ValueError(f"a number without an end at byte {at}")
        byte = content[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
