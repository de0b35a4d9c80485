"""Which estimator does the recipe ask for?"""

from __future__ import annotations

import difflib
import importlib
import inspect
from collections.abc import Mapping
from typing import Any

from sklearn.base import (
    BaseEstimator,
    ClassifierMixin,
    RegressorMixin,
    is_classifier,
    is_regressor,
)
from sklearn.utils import all_estimators

from modelbundle.signature import Task
from trainer.pod.exits import Reason, UserFault
from trainer.recipes import boosting
from trainer.recipes.parameters import missing_parameters, parameter_names, read_parameters


def build_estimator(path: str, given: Mapping[str, Any], seed: int, jobs: int) -> BaseEstimator:
    """An unfitted estimator with exactly these parameters, the seed, and `jobs` parallel workers.

    The seed and the workers are set only where the recipe does not set them itself.
    Raises UserFault: EstimatorUnknown or ParameterInvalid.
    """
    return build(find_class(path), given, seed, jobs)


def build(
    cls: type[BaseEstimator], given: Mapping[str, Any], seed: int, jobs: int
) -> BaseEstimator:
    """An unfitted object of the class, as `build_estimator` words it.

    Raises UserFault(ParameterInvalid).
    """
    parameters = read_parameters(cls, given)
    lacking = missing_parameters(cls, parameters)
    if lacking:
        raise UserFault(
            Reason.PARAMETER_INVALID,
            f"{cls.__name__} needs {', '.join(lacking)}. Give it under estimator.parameters; if it"
            " is another estimator, which a recipe cannot name, bring a container instead.",
        )
    if boosting.is_boosted(cls):
        parameters = boosting.with_defaults(cls, parameters)
    accepted = parameter_names(cls)
    defaults = {"random_state": seed, "n_jobs": jobs}
    for name, value in defaults.items():
        if name in accepted:
            parameters.setdefault(name, value)
    estimator: BaseEstimator = cls(**parameters)
    return estimator


def find_class(path: str) -> type[BaseEstimator]:
    """The public class of this dotted name: of scikit-learn, or one of boosting.CLASSES; nothing of
    another library is imported.

    Raises UserFault(EstimatorUnknown) with close matches.
    """
    parts = path.split(".")
    if parts[0] in boosting.CLASSES:
        found = boosting.boosted_class(parts[0], ".".join(parts[1:]))
        if found is None:
            raise _unknown(path, "is not one that a recipe can name")
        return found
    cls = _public_class(path, "is not below `sklearn.`, `xgboost.` or `lightgbm.`")
    # Pipelines and searches decide by what they wrap; they need parameters a recipe cannot hold.
    if inspect.isabstract(cls) or not issubclass(cls, ClassifierMixin | RegressorMixin):
        raise _unknown(path, "is neither a classifier nor a regressor, so it predicts no target")
    return cls


def find_transformer(path: str) -> type[BaseEstimator]:
    """The public class of scikit-learn with this dotted name, which makes other columns of some.

    Raises UserFault(EstimatorUnknown) with close matches.
    """
    cls = _public_class(path, "is not below `sklearn.`")
    if inspect.isabstract(cls) or not hasattr(cls, "transform"):
        raise _unknown(path, "is no transformer, so it makes no columns")
    return cls


def _public_class(path: str, foreign: str) -> type[BaseEstimator]:
    parts = path.split(".")
    if parts[0] != "sklearn" or len(parts) < 3:
        raise _unknown(path, f"{foreign} (for example sklearn.linear_model.Ridge)")
    if any(part.startswith("_") or not part.isidentifier() for part in parts):
        raise _unknown(path, "is not a public name")
    module_name, name = ".".join(parts[:-1]), parts[-1]
    try:
        module = importlib.import_module(module_name)
    except ImportError:
        raise _unknown(path, f"is unknown: there is no module {module_name}") from None
    cls = getattr(module, name, None)
    if not inspect.isclass(cls):
        raise _unknown(path, f"is unknown: {module_name} has no class {name}")
    if not issubclass(cls, BaseEstimator) or not cls.__module__.startswith("sklearn."):
        raise _unknown(path, "is not a scikit-learn estimator")
    return cls


def task_of(estimator: Any) -> Task | None:
    """What a built estimator answers, or None when it is neither classifier nor regressor."""
    try:
        if is_classifier(estimator):
            return Task.CLASSIFICATION
        return Task.REGRESSION if is_regressor(estimator) else None
    except (AttributeError, TypeError):
        # What has no tags of an estimator is none.
        return None


def _unknown(path: str, why: str) -> UserFault:
    close = difflib.get_close_matches(path.rsplit(".", 1)[-1], _public_names(), n=3, cutoff=0.6)
    paths = [_public_names()[name] for name in close]
    hint = f" Did you mean {' or '.join(paths)}?" if paths else ""
    return UserFault(Reason.ESTIMATOR_UNKNOWN, f"Estimator class {path!r} {why}.{hint}")


def _public_names() -> dict[str, str]:
    found = all_estimators(type_filter=["classifier", "regressor", "transformer"])
    boosted = {name: f"{library}.{name}" for library, n in boosting.CLASSES.items() for name in n}
    return {name: _public_path(name, cls) for name, cls in found} | boosted


def _public_path(name: str, cls: type) -> str:
    public = []
    for part in cls.__module__.split("."):
        if part.startswith("_"):
            break
        public.append(part)
    return ".".join([*public, name])
