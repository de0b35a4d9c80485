"""Agreement with scikit-learn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from benchmark_stub import Start

from benchmarks.serving.agreement import compared
from benchmarks.serving.answers import Said, v2_said
from benchmarks.serving.contender import Contender
from benchmarks.serving.figures import Agreement
from benchmarks.serving.workloads import Workload


def test_equal_labels_of_every_row(start: Start, contender: Contender, workload: Workload) -> None:
    """40 rows in two requests."""
    assert Agreement(40, 0) == compared(contender, workload, start().port)


def test_every_differing_label_is_counted(
    start: Start, contender: Contender, workload: Workload
) -> None:
    """A server that says the opposite for 3 rows is not equal in 3."""
    wrong = replace(
        workload, labels=tuple(1 - each for each in workload.labels[:3]) + workload.labels[3:]
    )
    assert Agreement(40, 3) == compared(contender, wrong, start().port)


def test_the_largest_difference_of_a_probability(
    start: Start, contender: Contender, workload: Workload
) -> None:
    """Of all rows and classes."""

    def said(body: bytes) -> Said:
        labels = v2_said(body).labels
        return Said(labels, np.full((len(labels), 2), 0.25))

    expected = np.full((40, 2), 0.25)
    expected[39, 1] += 0.125
    known = replace(workload, probabilities=expected)
    found = compared(replace(contender, said=said), known, start().port)
    assert Agreement(40, 0, 0.125) == found


def test_an_error_is_no_answer(start: Start, contender: Contender, workload: Workload) -> None:
    """Status and body are in the error."""
    with pytest.raises(RuntimeError, match=r"Stub: 500 .*bad"):
        compared(contender, workload, start(STUB_BAD_EVERY="1").port)


def test_too_few_labels_are_no_answer(
    start: Start, contender: Contender, workload: Workload
) -> None:
    """Rows and labels are counted."""
    short = replace(contender, said=lambda _: Said([1]))
    with pytest.raises(RuntimeError, match="1 labels for 32 rows"):
        compared(short, workload, start().port)
