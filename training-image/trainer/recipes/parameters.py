"""What do the recipe's parameters mean, and does the estimator accept them?

JSON has one kind of number and loses null on the way through an API server, so the recipe may say
exactly what it means: `{$float: "1.0"}`, `{$int: "1"}`, `{$none: true}`.
"""

from __future__ import annotations

import difflib
import inspect
import math
from collections.abc import Mapping
from typing import Any

from sklearn.utils._param_validation import (
    Interval,
    InvalidParameterError,
    RealNotInt,
    validate_parameter_constraints,
)

from trainer.pod.exits import Reason, UserFault
from trainer.recipes import boosting

_EXACT = ("$float", "$int", "$none")


def read_parameters(cls: type, given: Mapping[str, Any]) -> dict[str, Any]:
    """The keyword arguments for the class, every one known to it and within its constraints.

    Raises UserFault(ParameterInvalid) that names the parameter, the value found and the fix.
    """
    known = parameter_names(cls)
    for name in given:
        instead = boosting.why_refused(cls, name) if boosting.is_boosted(cls) else ""
        if instead:
            raise _invalid(cls, f"cannot be given {name!r} here: {instead}.")
        if name not in known:
            raise _invalid(cls, f"has no parameter {name!r}.{_suggestion(name, known)}")
    return {name: _value_for(cls, name, raw) for name, raw in given.items()}


def parameter_names(cls: type) -> tuple[str, ...]:
    """What the recipe may say to the class, sorted."""
    if boosting.is_boosted(cls):
        return boosting.parameter_names(cls)
    return tuple(sorted(_signature(cls)))


def missing_parameters(cls: type, given: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of the arguments without a default that are not given."""
    return tuple(
        name
        for name, parameter in _signature(cls).items()
        if parameter.default is inspect.Parameter.empty and name not in given
    )


def decode(value: Any) -> Any:
    """The Python value of a JSON value, with the exact forms replaced by what they say.

    Raises ValueError when an exact form does not hold what its name promises.
    """
    if isinstance(value, Mapping):
        if len(value) == 1 and next(iter(value)) in _EXACT:
            return _exact(*next(iter(value.items())))
        return {name: decode(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [decode(item) for item in value]
    return value


def _exact(form: str, content: Any) -> Any:
    if form == "$none":
        if content is not True:
            raise ValueError(f"{{$none: {content!r}}}: write {{$none: true}}")
        return None
    try:
        number = float(str(content)) if form == "$float" else int(str(content))
    except ValueError:
        example = "1.0" if form == "$float" else "1"
        raise ValueError(f'{{{form}: {content!r}}}: write {{{form}: "{example}"}}') from None
    if isinstance(number, float) and math.isnan(number):
        return float("nan")
    return number


def _value_for(cls: type, name: str, raw: Any) -> Any:
    try:
        value = decode(raw)
    except ValueError as fault:
        raise _invalid(cls, f"parameter {name}: {fault}.") from None
    said_exactly = isinstance(raw, Mapping)
    as_given = _fault(cls, name, value)
    if said_exactly or isinstance(value, bool) or not isinstance(value, int):
        if as_given is None:
            return value
        raise _invalid(cls, f"refuses {name}: {as_given}")
    as_share = _fault(cls, name, float(value)) if _has_share(cls, name) else "not a share"
    if as_given is None and as_share is None:
        raise _invalid(
            cls,
            f"reads {name}: {value} both as a count ({value} of them) and as a share"
            f" ({value * 100} % of them), and JSON cannot tell 1 from 1.0. Write"
            f' {{$int: "{value}"}} for the count or {{$float: "{value}.0"}} for the share.',
        )
    if as_given is None:
        return value
    if as_share is None:
        return float(value)
    raise _invalid(cls, f"refuses {name}: {as_given}")


def _has_share(cls: type, name: str) -> bool:
    constraints = _constraints(cls).get(name)
    return isinstance(constraints, list) and any(
        isinstance(rule, Interval) and rule.type is RealNotInt for rule in constraints
    )


def _fault(cls: type, name: str, value: Any) -> str | None:
    constraints = _constraints(cls).get(name)
    if constraints is None:
        return None
    try:
        validate_parameter_constraints({name: constraints}, {name: value}, cls.__name__)
    except InvalidParameterError as fault:
        return str(fault)
    return None


def _constraints(cls: type) -> Mapping[str, Any]:
    found = getattr(cls, "_parameter_constraints", {})
    return found if isinstance(found, Mapping) else {}


def _signature(cls: type) -> dict[str, inspect.Parameter]:
    return {
        name: parameter
        for name, parameter in inspect.signature(cls).parameters.items()
        if parameter.kind not in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL)
    }


def _suggestion(name: str, known: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.6)
    if close:
        return f" Did you mean {' or '.join(close)}?"
    return f" It has: {', '.join(known)}." if known else " It has none."


def _invalid(cls: type, sentence: str) -> UserFault:
    return UserFault(Reason.PARAMETER_INVALID, f"{cls.__name__} {sentence}")
