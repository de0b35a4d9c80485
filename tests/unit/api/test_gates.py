"""Gates as users write them."""

from __future__ import annotations

import pytest

from trainyard.api.gates import (
    HIGHER_IS_BETTER,
    LOWER_IS_BETTER,
    Direction,
    Gate,
    GateKind,
    direction_of,
    kind_of,
    measures_of,
)


@pytest.mark.parametrize(
    ("metric", "said", "expected"),
    [
        pytest.param("roc_auc", None, Direction.HIGHER, id="known to be better when higher"),
        pytest.param("rmse", None, Direction.LOWER, id="known to be better when lower"),
        pytest.param("refunds", "Lower", Direction.LOWER, id="said by the user"),
        pytest.param("own", None, Direction.HIGHER, id="nothing says so"),
    ],
)
def test_the_direction_of_a_metric(metric: str, said: str | None, expected: Direction) -> None:
    """A closed vocabulary, and the user's word for anything else."""
    gate = Gate.model_validate({"name": "g", "metric": metric, "min": "1", "direction": said})
    assert expected is direction_of(gate)


def test_no_metric_has_two_directions() -> None:
    """The vocabulary is consistent."""
    assert HIGHER_IS_BETTER.isdisjoint(LOWER_IS_BETTER)


SLICED = {"metric": "recall", "min": "0.9", "slice": {"column": "site"}}
FAIR = {"fairness": {"column": "site"}}
FAST = {"latency": {"maxMilliseconds": "5"}}
SURE = {"metric": "f1", "againstChampion": {"confidencePercent": 95}}


@pytest.mark.parametrize(
    ("fields", "kind", "keys"),
    [
        pytest.param({"metric": "f1", "min": "1"}, GateKind.BOUND, [], id="a bound"),
        pytest.param(
            {"metric": "f1", "againstChampion": {}}, GateKind.CHAMPION, [], id="a champion"
        ),
        pytest.param(SURE, GateKind.CHAMPION, ["Paired:f1:95"], id="a champion, surely"),
        pytest.param(SLICED, GateKind.SLICE, ["Slice:recall:Lowest:50:site"], id="slices"),
        pytest.param(
            {"metric": "rmse", "max": "4", "slice": {"column": "site", "minRows": 9}},
            GateKind.SLICE,
            ["Slice:rmse:Highest:9:site"],
            id="slices under a maximum",
        ),
        pytest.param(
            FAIR,
            GateKind.FAIRNESS,
            ["Fairness:DemographicParityDifference:50:95:site"],
            id="fairness",
        ),
        pytest.param(FAST, GateKind.LATENCY, ["Latency:1:99"], id="latency"),
        pytest.param({"size": {"max": "50Mi"}}, GateKind.SIZE, ["Size"], id="size"),
        pytest.param(
            {"behaviour": {"configMap": {"name": "sane"}}},
            GateKind.BEHAVIOUR,
            ["Behaviour:sane"],
            id="behaviour",
        ),
    ],
)
def test_each_kind_asks_for_what_it_needs(
    fields: dict[str, object], kind: GateKind, keys: list[str]
) -> None:
    """The member that is set says which kind it is."""
    gate = Gate.model_validate({"name": "g", **fields})
    assert (kind, keys) == (kind_of(gate), [request.key for request in measures_of([gate])])


def test_what_two_gates_ask_for_is_measured_once() -> None:
    """Two bounds on the same slices need one measurement."""
    gates = [
        Gate.model_validate({"name": name, **SLICED, "min": least})
        for name, least in (("a", "0.9"), ("b", "0.8"))
    ]
    assert 1 == len(measures_of(gates))
