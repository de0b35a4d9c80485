"""The first look at a matrix: what it takes, and what it leaves to a closer one."""

from __future__ import annotations

from typing import Any

import pytest

from modelserver.usual_matrix import usual_matrix

GOOD = {"name": "input", "datatype": "FP64", "shape": [2, 2], "data": [1, 2.5, -3, 4]}


def test_a_flat_matrix_of_floats_is_taken() -> None:
    """Row by row."""
    found = usual_matrix(GOOD, 2, 2)
    assert found is not None
    assert [[1.0, 2.5], [-3.0, 4.0]] == found.tolist()


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"data": [1, 2.5, None, 4]}, id="a gap"),
        pytest.param({"data": [[1, 2.5], [-3, 4]]}, id="nested lists"),
        pytest.param({"data": [1, 2.5, -3]}, id="too few"),
        pytest.param({"data": [1, 2, 3, 1e308 * 10]}, id="infinity"),
        pytest.param({"shape": [4, 1]}, id="another width"),
        pytest.param({"shape": [2.0, 2]}, id="half a shape"),
        pytest.param({"shape": [4]}, id="one dimension"),
        pytest.param({"datatype": "INT64"}, id="whole numbers"),
        pytest.param({"datatype": ["FP64"]}, id="a datatype that is none"),
        pytest.param({"parameters": {}}, id="parameters"),
    ],
)
def test_anything_else_is_looked_at_closer(changes: dict[str, Any]) -> None:
    """None is no refusal."""
    assert usual_matrix({**GOOD, **changes}, 2, 2) is None
    assert usual_matrix(GOOD, 2, 1) is None
