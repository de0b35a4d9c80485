"""Paths and methods."""

from __future__ import annotations

import pytest

from modelserver.payloads.refusals import RequestRefused
from modelserver.requests.routing import Route, check_method, route_of

VERSIONS = ("m-1", "sha256:aa")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param("/v2/health/live", Route.LIVE, id="live"),
        pytest.param("/v2/health/ready", Route.READY, id="ready"),
        pytest.param("/v2", Route.SERVER, id="server"),
        pytest.param("/v2/", Route.SERVER, id="server with a slash"),
        pytest.param("/metrics", Route.METRICS, id="metrics"),
        pytest.param("/v2/models/m", Route.MODEL, id="model"),
        pytest.param("/v2/models/m/ready", Route.MODEL_READY, id="model ready"),
        pytest.param("/v2/models/m/infer", Route.INFER, id="infer"),
        pytest.param("/v2/models/m/example", Route.EXAMPLE, id="example"),
        pytest.param("/v2/models/m/explain", Route.EXPLAIN, id="explain"),
        pytest.param("/v2/models/m/versions/m-1/explain", Route.EXPLAIN, id="explain by revision"),
        pytest.param("/v2/models/m/versions/m-1", Route.MODEL, id="a version of the model"),
        pytest.param("/v2/models/m/versions/m-1/infer", Route.INFER, id="infer by revision"),
        pytest.param("/v2/models/m/versions/sha256:aa/infer", Route.INFER, id="infer by digest"),
        pytest.param("/v1/models", Route.MODELS_V1, id="v1, the models"),
        pytest.param("/v1/models/m", Route.MODEL_READY, id="v1, model ready"),
        pytest.param("/v1/models/m:predict", Route.PREDICT_V1, id="v1, predict"),
    ],
)
def test_paths_of_the_protocols(path: str, expected: Route) -> None:
    """Every path of V2 and V1, and ours."""
    assert route_of(path, "m", VERSIONS) is expected


@pytest.mark.parametrize(
    ("path", "message"),
    [
        pytest.param("/", "the model is at /v2/models/m", id="the root"),
        pytest.param("/v2/models", "the model is at /v2/models/m", id="no model"),
        pytest.param("/v2/models/x/infer", "no model 'x' here; this server has 'm'", id="another"),
        pytest.param("/v1/models/x:predict", "no model 'x'", id="another in v1"),
        pytest.param("/v1/models/m:explain", "no model 'm:explain'", id="a verb v1 has not here"),
        pytest.param("/v2/models/m/versions/m-2", "no version 'm-2'", id="another version"),
        pytest.param("/v2/models/m/embed", "infer is at", id="what is not there"),
        pytest.param("/v2/repository/index", "the model is at", id="management"),
        pytest.param("/../etc/passwd", "the model is at", id="elsewhere"),
    ],
)
def test_other_paths_are_404(path: str, message: str) -> None:
    """The sentence says what there is."""
    with pytest.raises(RequestRefused, match=message) as caught:
        route_of(path, "m", VERSIONS)
    assert caught.value.status == 404


@pytest.mark.parametrize(
    ("method", "route"),
    [
        pytest.param("GET", Route.INFER, id="GET infer"),
        pytest.param("POST", Route.READY, id="POST ready"),
        pytest.param("DELETE", Route.MODEL, id="DELETE model"),
    ],
)
def test_other_methods_are_405(method: str, route: Route) -> None:
    """Asking is GET, predicting is POST."""
    with pytest.raises(RequestRefused, match=f"not {method}") as caught:
        check_method(method, route)
    assert caught.value.status == 405


def test_right_methods_pass() -> None:
    """HEAD is as good as GET."""
    check_method("POST", Route.INFER)
    check_method("GET", Route.READY)
    check_method("HEAD", Route.READY)
