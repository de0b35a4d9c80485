"""From an estimator to a TrainingJob: which class, and which parameters are not its defaults?

The training image's own reading has the last word: what it would build is compared with what is
meant, so nothing is applied that would train something else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any

from trainer.pod.exits import UserFault
from trainer.recipes.boosting import is_boosted
from trainer.recipes.estimators import build_estimator, find_class
from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyardclient.data import Data
from trainyardclient.manifests import Undeclarable, declared
from trainyardclient.parameters import said

OF_THE_POD = frozenset({"n_jobs"})
"""Parameters about a machine: the pod that trains has processors of its own."""


def training_job(
    name: str,
    estimator: Any,
    data: Data | str,
    *,
    gates: Sequence[Mapping[str, Any]] = (),
    seed: int = 0,
) -> TrainingJob:
    """Return the recipe that trains such an estimator on the data. Raises Undeclarable.

    What the estimator has learned, and its `n_jobs`, are no part of it.
    """
    dataset = data if isinstance(data, str) else data.dataset.metadata.name
    spec: dict[str, Any] = {"dataset": {"name": dataset}, "estimator": _estimator(estimator)}
    if gates:
        spec["gates"] = [dict(gate) for gate in gates]
    if seed:
        spec["seed"] = seed
    return declared(TrainingJob, name, spec)


def _estimator(estimator: Any) -> dict[str, Any]:
    cls = type(estimator)
    try:
        path = _path(cls)
        given = _given(path, estimator)
        built = build_estimator(path, given, 0, 1).get_params(deep=False)
    except UserFault as fault:
        raise Undeclarable(str(fault)) from fault
    other = [name for name in given if said(name, built[name]) != _plain(given[name])]
    if other:
        raise Undeclarable(
            f"{cls.__name__}: the training image would read {', '.join(other)} differently"
        )
    return {"class": path, **({"parameters": given} if given else {})}


def _path(cls: type) -> str:
    """Return the name under which a recipe asks for the class. Raises UserFault, Undeclarable."""
    if hasattr(cls, "named_steps"):
        raise Undeclarable(
            f"{cls.__name__}: a recipe names one estimator. Give the last step; what stands before"
            " it is spec.estimator.preprocessing"
        )
    parts = cls.__module__.split(".")
    public = takewhile(lambda part: not part.startswith("_"), parts)
    path = ".".join([*(parts[:1] if is_boosted(cls) else public), cls.__name__])
    if find_class(path) is not cls:
        raise Undeclarable(f"{cls.__module__}.{cls.__name__} is not {path}: bring a container")
    return path


def _given(path: str, estimator: Any) -> dict[str, Any]:
    """Return what differs from the class's defaults, as the training image reads it."""
    cls = type(estimator)
    defaults = _defaults(cls)
    meant = {
        name: value
        for name, value in estimator.get_params(deep=False).items()
        if name not in OF_THE_POD and not (name in defaults and _same(value, defaults[name]))
    }
    return {name: _exact(path, name, said(name, value)) for name, value in meant.items()}


def _defaults(cls: type) -> Mapping[str, Any]:
    try:
        found: Mapping[str, Any] = cls().get_params(deep=False)
    except TypeError:  # some need arguments
        return {}
    return found


def _same(value: Any, default: Any) -> bool:
    if value is default:
        return True
    try:
        return bool(said("", value) == said("", default) and type(value) is type(default))
    except Undeclarable:
        return False


def _exact(path: str, name: str, value: Any) -> Any:
    """Return a whole number in the form that is no share; everything else as it is."""
    if isinstance(value, bool) or not isinstance(value, int):
        return value
    try:
        built = build_estimator(path, {name: value}, 0, 1).get_params(deep=False)[name]
    except UserFault:
        return {"$int": str(value)}
    return value if type(built) is int else {"$int": str(value)}


def _plain(value: Any) -> Any:
    return int(value["$int"]) if isinstance(value, dict) and "$int" in value else value
