"""Which question does a path ask?"""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum

from modelserver.payloads.refusals import RequestRefused, shown


class Route(Enum):
    """Every question the server answers."""

    LIVE = "live"
    READY = "ready"
    SERVER = "server"
    MODEL = "model"
    MODEL_READY = "model ready"
    EXAMPLE = "example"
    INFER = "infer"
    EXPLAIN = "explain"
    MODELS_V1 = "models"
    PREDICT_V1 = "predict"
    METRICS = "metrics"


_FIXED = {
    "/v2/health/live": Route.LIVE,
    "/v2/health/ready": Route.READY,
    "/v2": Route.SERVER,
    "/v1/models": Route.MODELS_V1,
    "/metrics": Route.METRICS,
}
_OF_MODEL = {
    (): Route.MODEL,
    ("ready",): Route.MODEL_READY,
    ("example",): Route.EXAMPLE,
    ("infer",): Route.INFER,
    ("explain",): Route.EXPLAIN,
}
_POST = ("POST",)
_GET = ("GET", "HEAD")
# A tuple: finding a member by identity is quicker than hashing it, which takes a call.
PREDICTING = (Route.INFER, Route.PREDICT_V1)
_POSTED = (*PREDICTING, Route.EXPLAIN)


def route_of(path: str, model: str, versions: Collection[str]) -> Route:
    """The route of a path, for the one model that is here under these version names.

    Raises RequestRefused with status 404 that says what there is instead.
    """
    path = path.rstrip("/") or "/"
    fixed = _FIXED.get(path)
    if fixed is not None:
        return fixed
    if path.startswith("/v1/models/"):
        name = path.removeprefix("/v1/models/")
        check_model(name.removesuffix(":predict"), model)
        return Route.PREDICT_V1 if name.endswith(":predict") else Route.MODEL_READY
    parts = path.split("/")[1:]
    if parts[:2] != ["v2", "models"] or len(parts) < 3:
        raise RequestRefused(
            f"there is nothing at {shown(path)}; the model is at /v2/models/{model}", 404
        )
    check_model(parts[2], model)
    rest = parts[3:]
    if len(rest) >= 2 and rest[0] == "versions":
        check_version(rest[1], model, versions)
        rest = rest[2:]
    route = _OF_MODEL.get(tuple(rest))
    if route is None:
        raise RequestRefused(
            f"there is nothing at {shown(path)}; infer is at /v2/models/{model}/infer", 404
        )
    return route


def check_model(name: str, model: str) -> None:
    """Returns for the one model that is here; raises RequestRefused (404)."""
    if name != model:
        raise RequestRefused(
            f"there is no model {shown(name)} here; this server has {model!r}", 404
        )


def check_version(version: str, model: str, versions: Collection[str]) -> None:
    """Returns for a version of the model that is here; raises RequestRefused (404)."""
    if version not in versions:
        raise RequestRefused(f"model {model!r} has no version {shown(version)} here", 404)


def methods_of(route: Route) -> tuple[str, ...]:
    """The methods that the route takes."""
    return _POST if route in _POSTED else _GET


def check_method(method: str, route: Route) -> None:
    """Returns for POST where rows are sent, GET and HEAD elsewhere; else refuses (405)."""
    allowed = _POST if route in _POSTED else _GET
    if method not in allowed:
        raise RequestRefused(f"{route.value} takes {' or '.join(allowed)}, not {method[:20]}", 405)
