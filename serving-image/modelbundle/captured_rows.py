"""How do captured requests travel from the model server to the collector beside it?

As frames over a stream: two lengths, a JSON head, and the bytes of the numbers behind it. The first
frame of a connection says what the model's features are; the collector answers with acknowledgments
of how many rows of the connection are in the store by now.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import orjson

from modelbundle.prediction import Prediction
from modelbundle.rows import Rows, concatenated
from modelbundle.signature import Feature, Kind, Label, Signature

LENGTHS = struct.Struct(">II")
ACKNOWLEDGMENT = struct.Struct(">Q")
LARGEST_FRAME = 64 << 20
_VERSION = 1


class CaptureUnreadable(ValueError):
    """The bytes are not frames of this version."""


class AnsweredRequests(NamedTuple):
    """Requests that were answered at once: `counts[i]` of the rows belong to `ids[i]`.

    `time`: seconds since 1970, when they were.
    """

    ids: list[str]
    counts: list[int]
    time: float
    rows: Rows
    predicted: Prediction


@dataclass(frozen=True, slots=True)
class CapturedModel:
    """What the rows of a connection are: the features that are kept, and what is predicted."""

    features: tuple[Feature, ...]
    classes: tuple[Label, ...]
    targets: tuple[str, ...]
    class_counts: tuple[int, ...]

    def frame(self) -> bytes:
        """The first frame of a connection."""
        features = [{"name": item.name, "kind": str(item.kind)} for item in self.features]
        head = {
            "version": _VERSION,
            "features": features,
            "classes": self.classes,
            "targets": self.targets,
            "classCounts": self.class_counts,
        }
        return _frame(head, ())


@dataclass(frozen=True, slots=True, eq=False)
class CapturedRows:
    """Rows of several requests, one after the other: `counts[i]` of them belong to `ids[i]`."""

    ids: list[str]
    times: list[float]
    counts: list[int]
    rows: Rows
    predicted: Prediction

    def __len__(self) -> int:
        return len(self.rows)


class CaptureEncoder:
    """Frames of one model's requests without the columns in `exclude`, which leave nothing here."""

    def __init__(self, signature: Signature, exclude: frozenset[str]) -> None:
        numeric = [feature for feature in signature.features if feature.numeric]
        texts = [feature for feature in signature.features if not feature.numeric]
        self._numbers = [i for i, feature in enumerate(numeric) if feature.name not in exclude]
        self._texts = [i for i, feature in enumerate(texts) if feature.name not in exclude]
        self._excludes = bool(exclude)
        self.model = CapturedModel(
            tuple(feature for feature in signature.features if feature.name not in exclude),
            signature.classes,
            signature.targets,
            signature.class_counts,
        )

    def frame(self, answered: Sequence[AnsweredRequests]) -> bytes:
        """One frame with all of them; at least one."""
        rows = concatenated([each.rows for each in answered])
        numbers, texts = rows.numbers, rows.texts
        if self._excludes:
            numbers, texts = numbers[:, self._numbers], texts[:, self._texts]
        values = np.concatenate([each.predicted.values for each in answered])
        probabilities = [each.predicted.probabilities for each in answered]
        blocks = [numbers]
        head: dict[str, Any] = {
            "ids": [name for each in answered for name in each.ids],
            "times": [each.time for each in answered for _ in each.ids],
            "counts": [count for each in answered for count in each.counts],
            "numbers": numbers.shape,
            "texts": texts.tolist() if texts.shape[1] else None,
            "shape": values.shape,
        }
        if values.dtype.hasobject:
            head["labels"] = values.ravel().tolist()
        else:
            head["dtype"] = values.dtype.str
            blocks.append(values)
        if probabilities[0] is not None:
            together = np.concatenate([item for item in probabilities if item is not None])
            head["probabilities"] = together.shape
            blocks.append(together)
        return _frame(head, blocks)


def captured_model(head: Any) -> CapturedModel:
    """What the first frame says. Raises CaptureUnreadable."""
    try:
        if head["version"] != _VERSION:
            raise CaptureUnreadable(f"captures of version {head['version']} are not known")
        features = [Feature(str(item["name"]), Kind(item["kind"])) for item in head["features"]]
        return CapturedModel(
            tuple(features),
            tuple(head["classes"]),
            tuple(str(name) for name in head["targets"]),
            tuple(int(count) for count in head["classCounts"]),
        )
    except (KeyError, TypeError, ValueError) as fault:
        raise CaptureUnreadable(f"the first frame is none of ours: {fault!r}") from fault


def captured_rows(head: Any, content: bytes) -> CapturedRows:
    """The rows of a later frame. Raises CaptureUnreadable."""
    try:
        blocks = _Blocks(content)
        numbers = blocks.take(np.dtype("<f8"), head["numbers"])
        texts = np.empty((len(numbers), 0), dtype=object)
        if head["texts"] is not None:
            texts = np.array(head["texts"], dtype=object).reshape(len(numbers), -1)
        shape = tuple(head["shape"])
        if "labels" in head:
            values: npt.NDArray[Any] = np.array(head["labels"], dtype=object).reshape(shape)
        else:
            values = blocks.take(_plain_dtype(head["dtype"]), shape)
        chances = None
        if "probabilities" in head:
            chances = blocks.take(np.dtype("<f8"), head["probabilities"])
        found = CapturedRows(
            [str(item) for item in head["ids"]],
            [float(item) for item in head["times"]],
            [int(item) for item in head["counts"]],
            Rows(numbers, texts),
            Prediction(values, chances),
        )
    except (KeyError, TypeError, ValueError) as fault:
        raise CaptureUnreadable(f"a frame is none of ours: {fault!r}") from fault
    lengths = {len(found.ids), len(found.times), len(found.counts)}
    if len(lengths) != 1 or {len(numbers), len(values)} != {sum(found.counts)}:
        raise CaptureUnreadable("a frame holds parts of different lengths")
    return found


def read_head(content: bytes) -> Any:
    """The JSON head of a frame. Raises CaptureUnreadable."""
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as fault:
        raise CaptureUnreadable(f"the head of a frame is not JSON: {fault}") from fault


class _Blocks:
    """Arrays that stand one behind the other."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    def take(self, dtype: np.dtype[Any], shape: Sequence[int]) -> npt.NDArray[Any]:
        count = int(np.prod(shape))
        block = np.frombuffer(self._content, dtype, count, self._at).reshape(tuple(shape))
        self._at += count * dtype.itemsize
        return block


def _plain_dtype(text: str) -> np.dtype[Any]:
    """Numbers and booleans only: nothing in a frame may name an object."""
    if text not in ("<f8", "<i8", "|b1"):
        raise ValueError(f"values of type {text!r}")
    return np.dtype(text)


def _frame(head: dict[str, Any], blocks: Sequence[npt.NDArray[Any]]) -> bytes:
    text = orjson.dumps(head)
    content = b"".join(block.tobytes() for block in blocks)
    return b"".join((LENGTHS.pack(len(text), len(content)), text, content))
