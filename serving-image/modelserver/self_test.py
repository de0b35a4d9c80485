"""Does the loaded model still say what it said when it was packed?"""

from __future__ import annotations

import math
from typing import Any

import orjson

from modelbundle.example import Example, output_tensors
from modelbundle.faults import BundleUnreadable
from modelbundle.prediction import Runtime
from modelserver.payloads.refusals import RequestRefused
from modelserver.payloads.v2_requests import decode_v2

# Probabilities agree within 1e-5 and numbers within 1e-4 of themselves: the spread between
# runtimes that packing accepts (ONNX computes in float32).
_ABSOLUTE = 1e-5
_RELATIVE = 1e-4


def self_test(runtime: Runtime, example: Example) -> None:
    """Returns when the example's request gives the example's outputs.

    Raises BundleUnreadable saying what was expected and what came, or that the model failed.
    """
    try:
        request = decode_v2(orjson.dumps(example.request), runtime.signature, max_rows=1)
        predicted = runtime.predict(request.rows)
    except RequestRefused as refusal:
        raise BundleUnreadable(f"self-test: the example is refused: {refusal}") from refusal
    except Exception as fault:
        raise BundleUnreadable(
            f"self-test: the model fails on its own example: {type(fault).__name__}: {fault}"
        ) from fault
    for found in output_tensors(predicted, runtime.signature):
        expected = _named(example, found["name"])
        if not _same(expected["data"], found["data"]):
            raise BundleUnreadable(
                f"self-test: {found['name']} of the example: expected {expected['data']},"
                f" found {found['data']}; was the model packed with other library versions?"
            )


def _named(example: Example, name: str) -> dict[str, Any]:
    for output in example.outputs:
        if output.get("name") == name:
            return output
    raise BundleUnreadable(f"self-test: the example has no output {name!r}")


def _same(expected: list[Any], found: list[Any]) -> bool:
    if len(expected) != len(found):
        return False
    return all(_equal(a, b) for a, b in zip(expected, found, strict=True))


def _equal(expected: Any, found: Any) -> bool:
    if isinstance(found, float):
        return math.isclose(expected, found, rel_tol=_RELATIVE, abs_tol=_ABSOLUTE)
    return bool(expected == found)
