"""What goes into a model and what comes out: features, task, classes, V2 tensors."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import accumulate

Label = str | int | bool

MATRIX_INPUT = "input"
LABELS_OUTPUT = "labels"
PROBABILITIES_OUTPUT = "probabilities"
VALUES_OUTPUT = "predictions"


class Kind(StrEnum):
    """What the values of one feature are. All but Category reach the model as float64."""

    FLOAT = "Float"
    INTEGER = "Integer"
    BOOLEAN = "Boolean"
    CATEGORY = "Category"


class Task(StrEnum):
    """What the model answers for each target: one of its classes, or a number."""

    CLASSIFICATION = "Classification"
    REGRESSION = "Regression"


@dataclass(frozen=True, slots=True)
class Feature:
    """One input column, in the order in which the model was fitted.

    `accepts_missing`: a row without this value is predicted (NaN, or "" for a category); otherwise
    the server refuses the row. `categories`: the only values the model can take (it fails on any
    other); None: any text is fine.
    """

    name: str
    kind: Kind
    accepts_missing: bool = False
    categories: tuple[str, ...] | None = None

    @property
    def numeric(self) -> bool:
        """True for every kind that reaches the model as a number."""
        return self.kind is not Kind.CATEGORY


@dataclass(frozen=True, slots=True)
class Tensor:
    """One named V2 tensor; -1 in `shape` is the number of rows."""

    name: str
    datatype: str
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Signature:
    """All that predicting needs to know about a model besides its bytes.

    `classes` are in the order of the columns of the probabilities; empty for a regression.
    `targets` names what one answer is about, in order, where the model predicts several; empty
    where it predicts one. `class_counts`: how many of the classes are the first of several
    targets', how many the next one's, and so on; all of them are of one type. Without slots,
    because what is derived is asked for with every request and kept.
    """

    task: Task
    classes: tuple[Label, ...]
    features: tuple[Feature, ...]
    probabilities: bool
    targets: tuple[str, ...] = ()
    class_counts: tuple[int, ...] = ()

    @cached_property
    def all_numeric(self) -> bool:
        """True when one matrix of numbers can hold a request."""
        return all(feature.numeric for feature in self.features)

    @cached_property
    def inputs(self) -> tuple[Tensor, ...]:
        """One FP64 matrix where every feature is numeric, else one tensor per feature."""
        if self.all_numeric:
            return (Tensor(MATRIX_INPUT, "FP64", (-1, len(self.features))),)
        return tuple(
            Tensor(feature.name, DATATYPES[feature.kind], (-1,)) for feature in self.features
        )

    @cached_property
    def outputs(self) -> tuple[Tensor, ...]:
        """Labels and, where the model has them, probabilities; or the predicted numbers.

        Several targets are one matrix, a row per row, as sklearn's servers for KServe and MLServer
        say it. The probabilities of their classes stand one target after the other.
        """
        if self.task is Task.REGRESSION:
            return (Tensor(VALUES_OUTPUT, "FP64", (-1, *self.width)),)
        labels = Tensor(LABELS_OUTPUT, self.label_datatype, (-1, *self.width))
        if not self.probabilities:
            return (labels,)
        return labels, Tensor(PROBABILITIES_OUTPUT, "FP64", (-1, len(self.classes)))

    @cached_property
    def width(self) -> tuple[int, ...]:
        """The shape of one row's answer: () for one label or number, (k,) for k targets."""
        return (len(self.targets),) if self.targets else ()

    @cached_property
    def classes_by_target(self) -> tuple[tuple[Label, ...], ...]:
        """The classes of the only target, or of each. Raises ValueError where they do not fit."""
        counts = self.class_counts or (len(self.classes),)
        if len(counts) != max(1, len(self.targets)) or sum(counts) != len(self.classes):
            raise ValueError(f"{len(self.classes)} classes are not {counts} of the targets'")
        last = tuple(accumulate(counts))
        return tuple(self.classes[end - n : end] for n, end in zip(counts, last, strict=True))

    @cached_property
    def label_datatype(self) -> str:
        """The V2 datatype of the labels. Raises ValueError as the function of this name."""
        return label_datatype(self.classes)


DATATYPES = {
    Kind.FLOAT: "FP64",
    Kind.INTEGER: "INT64",
    Kind.BOOLEAN: "BOOL",
    Kind.CATEGORY: "BYTES",
}


def label_datatype(classes: tuple[Label, ...]) -> str:
    """The V2 datatype of the labels. Raises ValueError when the classes are of several types."""
    kinds = {type(label) for label in classes}
    for kind, datatype in ((bool, "BOOL"), (int, "INT64"), (str, "BYTES")):
        if kinds == {kind}:
            return datatype
    raise ValueError(f"classes must be all texts, all integers or all booleans: {classes!r}")
