"""What may a user say about how CSV files are written?"""

from __future__ import annotations

import codecs
from datetime import UTC, datetime
from typing import Annotated, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from trainer.tasks.task_parts import Document

Mark = Annotated[str, StringConstraints(min_length=1, max_length=1)]


class CsvOptions(Document):
    """None: what the first lines of a file show. Strictly what is written here otherwise."""

    delimiter: Mark | None = None
    quote: Annotated[str, StringConstraints(max_length=1)] = '"'
    escape: Mark | None = None
    decimal: Mark = "."
    thousands: Mark | None = None
    null_values: tuple[str, ...] | None = None
    encoding: str | None = None
    header: bool = True
    date_formats: Annotated[tuple[str, ...], Field(max_length=8)] = ()

    @field_validator("encoding")
    @classmethod
    def _is_an_encoding(cls, encoding: str | None) -> str | None:
        if encoding is None:
            return None
        try:
            return codecs.lookup(encoding).name
        except LookupError as error:
            raise ValueError(
                f"csv.encoding {encoding} is not known; use utf-8 or windows-1252"
            ) from error

    @field_validator("date_formats")
    @classmethod
    def _are_forms(cls, forms: tuple[str, ...]) -> tuple[str, ...]:
        now = datetime(2026, 12, 31, 23, 59, 58, tzinfo=UTC)
        for form in forms:
            try:
                datetime.strptime(now.strftime(form), form)  # noqa: DTZ007 only the form is tried
            except ValueError as error:
                raise ValueError(
                    f"csv.dateFormats: {form} is no form such as %d/%m/%Y ({error})"
                ) from error
        return forms

    @model_validator(mode="after")
    def _marks_differ(self) -> Self:
        marks = [m for m in (self.delimiter, self.quote, self.escape, self.thousands) if m]
        if len(set(marks)) < len(marks) or self.decimal == self.thousands:
            raise ValueError("csv: delimiter, quote, escape, decimal and thousands must differ")
        return self
