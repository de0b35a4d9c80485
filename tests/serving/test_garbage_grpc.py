"""Whatever stands in the fields of a request: an answer, or a clean status."""

from __future__ import annotations

import asyncio
from typing import Any

import grpc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from serving_bundles import Sample
from serving_grpc import INFER
from serving_grpc_world import Call, World

from modelserver.grpc.grpc_messages import ModelInferRequest, ModelInferResponse

_TEXT = st.sampled_from(["input", "labels", "tumours", "FP64", "BYTES", "BOOL", "INT8", "FP16"])
_SIZES = st.lists(st.sampled_from([0, 1, 2, 30, -1, 2**62]), max_size=3)
_PARAMETERS = st.dictionaries(
    st.sampled_from(["binary_data_size", "shared_memory_region", "classification", "x"]),
    st.one_of(
        st.booleans().map(lambda value: {"bool_param": value}),
        st.integers(-(2**63), 2**63 - 1).map(lambda value: {"int64_param": value}),
        st.text(max_size=5).map(lambda value: {"string_param": value}),
        st.floats().map(lambda value: {"double_param": value}),
        st.just({}),
    ),
    max_size=2,
)
_CONTENTS = st.fixed_dictionaries(
    {},
    optional={
        "bool_contents": st.lists(st.booleans(), max_size=31),
        "int_contents": st.lists(st.integers(-(2**31), 2**31 - 1), max_size=31),
        "fp64_contents": st.lists(st.floats(), min_size=28, max_size=31),
        "bytes_contents": st.lists(st.binary(max_size=5), max_size=31),
    },
)
_TENSOR = st.fixed_dictionaries(
    {"name": st.one_of(_TEXT, st.text(max_size=5)), "datatype": _TEXT, "shape": _SIZES},
    optional={"parameters": _PARAMETERS, "contents": _CONTENTS},
)
_REQUEST = st.fixed_dictionaries(
    {"model_name": st.just("tumours"), "inputs": st.lists(_TENSOR, max_size=3)},
    optional={
        "id": st.text(max_size=5),
        "parameters": _PARAMETERS,
        "outputs": st.lists(st.fixed_dictionaries({"name": _TEXT}), max_size=2),
        "raw_input_contents": st.lists(
            st.one_of(st.binary(max_size=20), st.binary(min_size=240, max_size=240)), max_size=3
        ),
    },
)
_CLEAN = {
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
}


@pytest.fixture(scope="module")
def world(tumours_sample: Sample) -> World:
    """One for all examples."""
    return World(tumours_sample)


@settings(max_examples=300, deadline=None)
@given(asked=st.one_of(_REQUEST, st.binary(max_size=80)))
def test_garbage_gets_a_clean_status(world: World, asked: Any) -> None:
    """An answer that can be read, or a refusal; never a word in the log."""
    call = Call()
    body = asked if isinstance(asked, bytes) else _message(asked).SerializeToString()
    answer = asyncio.run(world.call(INFER, body, call))
    if answer is not None:
        assert len(ModelInferResponse.FromString(answer).outputs) > 0
    else:
        assert call.status is not None
        assert call.status[0] in _CLEAN
        assert call.status[1] != ""
    assert "" == world.written.getvalue()


def _message(spelled: dict[str, Any]) -> Any:
    """The message, maps of messages included, which constructors do not take."""
    tensors = [dict(item) for item in spelled["inputs"]]
    parameters = [item.pop("parameters", {}) for item in tensors]
    plain = {name: value for name, value in spelled.items() if name != "parameters"}
    message = ModelInferRequest(**{**plain, "inputs": tensors})
    items = [*zip(message.inputs, parameters, strict=True)]
    for item, chosen in [*items, (message, spelled.get("parameters", {}))]:
        for name, choice in chosen.items():
            item.parameters[name].SetInParent()
            for kind, value in choice.items():
                setattr(item.parameters[name], kind, value)
    return message
