"""Shares of games whose solution is known."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from modelbundle.rows import Numbers
from modelserver.explanations.shapley import Sets, Shares, Value, most_columns, shares_of

EVALUATIONS = 256
"""All sets of eight columns."""


def additive(sets: Sets) -> Numbers:
    """Every column adds its number."""
    added: Numbers = (sets * np.arange(1.0, sets.shape[1] + 1)).sum(axis=1)
    return added


def in_pairs(sets: Sets) -> Numbers:
    """Neighbours count only together."""
    together: Numbers = (sets[:, :-1] & sets[:, 1:]).sum(axis=1).astype(float)
    return together


def lopsided(sets: Sets) -> Numbers:
    """Something of everything, as of a model that nobody understands."""
    weighed = sets @ np.linspace(-1, 2, sets.shape[1])
    curved: Numbers = np.tanh(weighed) + 3 * sets[:, 0] * sets[:, 2] * (1 - sets[:, 1])
    return curved


def by_all_orders(value: Value, columns: int) -> Numbers:
    """The definition itself."""
    found = np.zeros(columns)
    orders = list(permutations(range(columns)))
    for order in orders:
        inside = np.zeros((columns + 1, columns), dtype=np.bool_)
        for place, column in enumerate(order):
            inside[place + 1 :, column] = True
        found[list(order)] += np.diff(value(inside))
    return found / len(orders)


@pytest.mark.parametrize("value", [additive, in_pairs, lopsided])
def test_few_columns_are_shared_exactly(value: Value) -> None:
    """As by going through all orders, with no error."""
    found = shares_of(value, 6, EVALUATIONS, seed=1)
    np.testing.assert_allclose(found.contributions, by_all_orders(value, 6), atol=1e-12)
    assert not found.errors.any()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(additive, np.arange(1.0, 21.0), id="alone"),
        pytest.param(in_pairs, [0.5, *[1.0] * 18, 0.5], id="in pairs"),
    ],
)
def test_many_columns_that_work_alone_or_in_pairs_are_exact(
    value: Value, expected: Numbers
) -> None:
    """An order and its reverse give each column the same together; the error says so."""
    found = shares_of(value, 20, EVALUATIONS, seed=1)
    np.testing.assert_allclose(found.contributions, expected, atol=1e-12)
    np.testing.assert_allclose(found.errors, 0, atol=1e-12)


def test_what_is_drawn_is_as_near_as_it_says() -> None:
    """Beside all 4,096 sets of twelve columns: within four of its standard errors."""
    exact = shares_of(lopsided, 12, 4096, seed=1)
    found = shares_of(lopsided, 12, 1024, seed=1)
    assert not exact.errors.any()
    assert found.errors.any()
    assert (np.abs(found.contributions - exact.contributions) <= 4 * found.errors + 1e-12).all()
    assert _total(found) == pytest.approx(_total(exact), abs=1e-9)


def _total(shares: Shares) -> float:
    return float(shares.contributions.sum())


def test_the_seed_decides_what_is_drawn() -> None:
    """Twice the same; another seed draws other orders."""
    first, again, other = (shares_of(lopsided, 12, 256, seed) for seed in (5, 5, 6))
    assert first.contributions.tolist() == again.contributions.tolist()
    assert first.contributions.tolist() != other.contributions.tolist()


@pytest.mark.parametrize("columns", [1, 2, 9, 33])
def test_no_more_is_valued_than_was_allowed(columns: int) -> None:
    """Both ends, which are known before, are not counted."""
    asked = 0

    def counted(sets: Sets) -> Numbers:
        nonlocal asked
        asked += len(sets)
        return additive(sets)

    assert columns <= most_columns(EVALUATIONS)
    shares_of(counted, columns, EVALUATIONS, seed=1)
    assert 0 < asked <= EVALUATIONS + 2


def test_without_columns_there_is_nothing_to_share() -> None:
    """The row is the typical one: the model is not asked."""
    found = shares_of(lambda _: pytest.fail("asked"), 0, EVALUATIONS, seed=1)
    assert (0, 0) == (len(found.contributions), len(found.errors))
