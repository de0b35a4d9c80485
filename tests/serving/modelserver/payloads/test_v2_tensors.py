"""One tensor of a request: the quick look and the careful one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from modelserver.payloads.refusals import RequestRefused
from modelserver.payloads.v2_tensors import SentTensor


def _tensor(data: Any, datatype: Any = "FP64", quick: bool = True) -> SentTensor:
    return SentTensor({"name": "x", "datatype": datatype, "data": data}, None, quick)


@given(some.lists(some.floats(allow_nan=False, allow_infinity=False) | some.integers(), max_size=5))
def test_both_looks_see_the_same(data: list[Any]) -> None:
    """Where the quick one says anything at all."""
    quick = _tensor(data).finite_numbers(len(data))
    if quick is not None:
        np.testing.assert_array_equal(_tensor(data).numbers([len(data)]), quick)


@pytest.mark.parametrize(
    "tensor",
    [
        pytest.param(_tensor([1.0, None]), id="a gap"),
        pytest.param(_tensor([1.0, "2"]), id="a text"),
        pytest.param(_tensor([[1.0, 2.0]]), id="nested"),
        pytest.param(_tensor([1.0]), id="too few"),
        pytest.param(_tensor([1.0, 10**400]), id="too large"),
        pytest.param(_tensor([1.0, 10**400 * -1]), id="too small"),
        pytest.param(_tensor([1.7e308, 1.7e308]), id="a sum too large"),
        pytest.param(_tensor([1, 2], "INT64"), id="integers, which have spans"),
        pytest.param(_tensor([1.0, 2.0], quick=False), id="a true or false somewhere"),
        pytest.param(_tensor("12"), id="no list"),
    ],
)
def test_the_quick_look_leaves_the_rest_to_the_other(tensor: SentTensor) -> None:
    """None, never a wrong number."""
    assert tensor.finite_numbers(2) is None


def test_large_numbers_are_fine_after_the_careful_look() -> None:
    """Only their sum was too large."""
    assert [1.7e308, 1.7e308] == _tensor([1.7e308, 1.7e308]).numbers([2]).tolist()


def test_lists_are_no_datatypes() -> None:
    """What cannot be looked up is refused like anything unknown."""
    with pytest.raises(RequestRefused, match="datatype"):
        _tensor([1.0], ["FP64"]).numbers([1])
