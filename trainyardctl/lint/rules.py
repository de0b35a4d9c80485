"""Does an object keep the rules (CEL) that its CRD states?

cel-python evaluates the language; the functions that Kubernetes adds to it are named here as its
documentation names them (https://kubernetes.io/docs/reference/using-api/cel/).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import celpy
from celpy import celtypes
from celpy.adapter import json_to_cel
from celpy.evaluation import CELEvalError
from kubernetes.utils.quantity import parse_quantity

from trainyardctl.lint.fault import Fault

Schema = Mapping[str, Any]
_OF_TWO_STATES = "oldSelf"
"""Rules about a change cannot be asked of a file."""


class _Quantity(celtypes.StringType):
    """A quantity of Kubernetes, which compares by what it comes to."""

    def amount(self) -> Decimal:
        return Decimal(parse_quantity(str(self)))


def _is_quantity(value: Any) -> celtypes.BoolType:
    try:
        parse_quantity(str(value))
    except ValueError:
        return celtypes.BoolType(False)
    return celtypes.BoolType(True)


def _compared(left: _Quantity, right: _Quantity) -> celtypes.IntType:
    difference = left.amount() - right.amount()
    return celtypes.IntType((difference > 0) - (difference < 0))


def _parts(text: Any, separator: Any) -> celtypes.ListType:
    return celtypes.ListType([celtypes.StringType(p) for p in str(text).split(str(separator))])


def _substring(text: Any, start: Any, end: Any) -> celtypes.StringType:
    return celtypes.StringType(str(text)[int(start) : int(end)])


def _is_sorted(items: Any) -> celtypes.BoolType:
    return celtypes.BoolType(all(a <= b for a, b in pairwise(items)))


_FUNCTIONS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "quantity": _Quantity,
        "isQuantity": _is_quantity,
        "compareTo": _compared,
        "split": _parts,
        "substring": _substring,
        "isSorted": _is_sorted,
        "sum": lambda items: sum(items, celtypes.IntType(0)),
    }
)


def rule_faults(schema: Schema, value: Any, path: str = "") -> Iterator[Fault]:
    """Yield the rules that the value breaks, those on its parts included."""
    for rule in schema.get("x-kubernetes-validations", ()):
        if _OF_TWO_STATES not in rule["rule"] and not _holds(rule["rule"], value):
            yield Fault(path, rule.get("message") or f"breaks the rule {rule['rule']}")
    if isinstance(value, Mapping):
        extra = schema.get("additionalProperties")
        for name, part in value.items():
            below = schema.get("properties", {}).get(name, extra)
            if isinstance(below, Mapping):
                yield from rule_faults(below, part, f"{path}.{name}".lstrip("."))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from rule_faults(schema.get("items", {}), item, f"{path}[{number}]")


def _holds(rule: str, value: Any) -> bool:
    """Tell whether the rule holds; one that cannot be asked of such a value does not."""
    try:
        answer = _program(rule).evaluate({"self": json_to_cel(_escaped(value))})
    except (CELEvalError, ValueError, TypeError):
        return False
    return bool(answer)


@cache
def _program(rule: str) -> celpy.Runner:
    environment = celpy.Environment()
    return environment.program(environment.compile(rule), functions=dict(_FUNCTIONS))


def _escaped(value: Any) -> Any:
    """Return the value with names of fields that are words of the language as CEL has them."""
    if isinstance(value, Mapping):
        return {
            f"__{name}__" if name == "import" else str(name): _escaped(part)
            for name, part in value.items()
        }
    if isinstance(value, list):
        return [_escaped(item) for item in value]
    return value
