"""From an object as it is stored to the typed one."""

from __future__ import annotations

from typing import TypeVar

from pydantic import ValidationError

from trainyard.api.base import Resource
from trainyard.objects import RawObject

ResourceT = TypeVar("ResourceT", bound=Resource)


class Unreadable(Exception):
    """The stored object does not fit our model: the CRD is of another version, or was bypassed."""


def parse(model: type[ResourceT], raw: RawObject) -> ResourceT:
    """Return the typed object; raises Unreadable with each field and what is wrong with it."""
    try:
        return model.model_validate(raw)
    except ValidationError as fault:
        wrong = "; ".join(
            f"{'.'.join(str(part) for part in error['loc'])}: {error['msg']}"
            for error in fault.errors(include_url=False)
        )
        where = f"{model.definition.kind} {raw['metadata']['name']}"
        remedy = "correct the object, or install the CRDs that belong to this operator"
        raise Unreadable(f"{where}: {wrong}: {remedy}") from fault
