"""How is a request refused? With a status and one sentence, never with a stack trace."""

from __future__ import annotations

import reprlib
from collections.abc import Sequence


class RequestRefused(Exception):
    """The request cannot be answered as it is; `status` is the HTTP status of the answer."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class ModelFailed(Exception):
    """The model raised on a valid request, or answered with something that is no answer."""

    def __init__(self, cause: BaseException) -> None:
        super().__init__(
            f"the model failed on this request ({type(cause).__name__});"
            " the log of the server has the details"
        )
        self.cause = cause


class BeyondModel(ModelFailed):
    """The model failed on a row with a number too large to compute with: its sender's doing."""

    def __init__(self, cause: BaseException, number: float) -> None:
        super().__init__(cause)
        self.args = (f"the model cannot compute with a number as large as {number:g}",)


_SHOWN = 60
_NAMES_SHOWN = 10


class _Brief(reprlib.Repr):
    """Looks at the beginning alone: `repr` of deep nesting raises, of a megabyte takes a second."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel = 4
        self.maxlist = self.maxdict = 8
        self.maxstring = self.maxlong = self.maxother = 60


_BRIEF = _Brief()


def shown(value: object) -> str:
    """A value of a request as a refusal quotes it: at most 60 characters."""
    brief = type(value) is str and len(value) <= _SHOWN
    text = repr(value) if brief else _BRIEF.repr(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."


def listed(names: Sequence[str]) -> str:
    """The first names, and how many there are: a wide model's would fill 30 KB, which gRPC cuts."""
    first = ", ".join(
        name if len(name) <= _SHOWN else f"{name[: _SHOWN - 3]}..." for name in names[:_NAMES_SHOWN]
    )
    return first if len(names) <= _NAMES_SHOWN else f"{first}, … ({len(names)} in all)"
