"""Which reasons a kind's conditions give, read from the enums beside its model."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from trainyard.api.base import Resource


@dataclass(frozen=True, slots=True)
class Reason:
    """One word that conditions use, and when."""

    word: str
    used_when: str


def reasons_of(kind: type[Resource]) -> tuple[Reason, ...]:
    """Return the members of the `…Reason` enums beside the kind and its status, as written."""
    status = kind.model_fields["status"].annotation
    modules = dict.fromkeys((kind.__module__, getattr(status, "__module__", kind.__module__)))
    return tuple(r for name in modules for enum in _reasons_in(name) for r in _documented(enum))


def _reasons_in(module: str) -> Iterator[type[StrEnum]]:
    for name, member in vars(sys.modules[module]).items():
        is_enum = inspect.isclass(member) and issubclass(member, StrEnum)
        if is_enum and name.endswith("Reason") and member.__module__ == module:
            yield member


def _documented(enum: type[StrEnum]) -> Iterator[Reason]:
    """Yield each member with the string literal that stands below it in the source."""
    body = ast.parse(inspect.getsource(enum)).body[0]
    assert isinstance(body, ast.ClassDef)  # noqa: S101 - the source of a class is a class
    statements = body.body
    for here, below in zip(statements, [*statements[1:], None], strict=True):
        if not (isinstance(here, ast.Assign) and isinstance(here.targets[0], ast.Name)):
            continue
        says = isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
        text = str(below.value.value) if says else ""  # type: ignore[union-attr]
        yield Reason(str(enum[here.targets[0].id]), " ".join(text.split()))
