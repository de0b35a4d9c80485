"""The table of controllers."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from trainyard.api.base import Resource
from trainyard.clients.kinds import KINDS
from trainyard.controllers import Sources, controllers
from trainyard.installation import ClaimStore, Installation
from trainyard.reconciling.controller import Controller

INSTALLATION = Installation(
    operator_namespace="trainyard-system",
    id="main",
    store=ClaimStore("models"),
    training_image="training",
    serving_image="serving",
    router_image="envoy",
)
NOBODY: Any = None
"""No observer is run here, so none needs its sources."""
TABLE = controllers(Sources(INSTALLATION, NOBODY))


def rows() -> list[Any]:
    """Return each row, named by its controller."""
    return [pytest.param(row, id=row.name) for row in TABLE]


def test_every_kind_of_ours_has_one_row() -> None:
    """All that is declared by users or made by us is looked after, but for what is only read."""
    kinds = {model.definition.kind for model in Resource.__subclasses__() if _is_ours(model)}
    read = {reads.kind for row in TABLE for reads in row.reads if reads.names is not None}
    assert {"Approval"} == read
    assert sorted(kinds - read) == sorted(row.kind for row in TABLE)


@pytest.mark.parametrize("row", rows())
def test_a_row_speaks_of_known_kinds(row: Controller) -> None:
    """What is watched has a path, and the plural agrees with the CRD's."""
    assert {*row.children, *(reads.kind for reads in row.reads)} <= set(KINDS)
    assert row.model.definition.plural == KINDS[row.kind].plural


@pytest.mark.parametrize("row", rows())
def test_a_row_has_the_shape_that_a_pass_calls(row: Controller) -> None:
    """observe(resource, world) is awaited, decide(resource, observed, now) is not."""
    inspect.signature(row.observe).bind(NOBODY, NOBODY)
    inspect.signature(row.decide).bind(NOBODY, NOBODY, NOBODY)
    assert inspect.iscoroutinefunction(row.observe)
    assert not inspect.iscoroutinefunction(row.decide)


def test_each_controller_has_a_name_of_its_own() -> None:
    """It stands in keys, logs and metrics; kinds may have several controllers."""
    assert len(TABLE) == len({row.name for row in TABLE})


def _is_ours(model: type[Resource]) -> bool:
    return model.__module__.startswith("trainyard.api.")
