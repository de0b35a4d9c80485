"""What may people ask of a model's behaviour? Files `*.json` of a ConfigMap, a list in each."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from trainer.tasks.task_parts import Document, Exact, Percent, Text

Scalar = bool | int | float | str | None


class Change(Document):
    """What is changed in every row: one column."""

    column: Text
    set: Annotated[tuple[Scalar, ...], Field(max_length=50)] | None = None
    """Each of these values in turn."""
    add: Exact | None = None
    multiply: Exact | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        given = [part for part in (self.set, self.add, self.multiply) if part is not None]
        if len(given) != 1:
            raise ValueError("change: exactly one of set, add, multiply")
        return self


class Case(Document):
    """A row, and what has to be answered; features that are not named are missing."""

    inputs: dict[str, Scalar]
    expected: Scalar


class Behaviour(Document):
    """Answers to changed test rows beside those to the rows themselves, or to cases."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    change: Change | None = None
    expect: Literal["Same", "NotLower", "NotHigher"] = "Same"
    """Same: the answer; the others: the probability of `output`, or the number."""
    output: Scalar = None
    cases: Annotated[tuple[Case, ...], Field(max_length=1000)] | None = None
    tolerance: Exact = Decimal(0)
    """Numbers, and probabilities, that differ by no more count as the same."""
    min_percent: Percent = Decimal(100)
    """Of so many rows it has to hold."""

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.change is None) == (not self.cases):
            raise ValueError(f"{self.name}: exactly one of change, cases")
        return self
