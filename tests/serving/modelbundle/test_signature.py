"""Tensors that follow from features and classes."""

from __future__ import annotations

import pytest

from modelbundle.signature import Feature, Kind, Label, Signature, Task, Tensor, label_datatype

A, B = Feature("a", Kind.FLOAT), Feature("b", Kind.INTEGER)
OK, SITE = Feature("ok", Kind.BOOLEAN), Feature("site", Kind.CATEGORY)


def test_numeric_features_are_one_matrix() -> None:
    """All-numeric models take one FP64 matrix."""
    signature = Signature(Task.REGRESSION, (), (A, B, OK), probabilities=False)
    assert (Tensor("input", "FP64", (-1, 3)),) == signature.inputs


def test_a_category_makes_one_tensor_per_feature() -> None:
    """Mixed models take one tensor per feature, in its own datatype."""
    signature = Signature(Task.REGRESSION, (), (A, B, OK, SITE), probabilities=False)
    expected = (("a", "FP64"), ("b", "INT64"), ("ok", "BOOL"), ("site", "BYTES"))
    assert expected == tuple((t.name, t.datatype) for t in signature.inputs)


def test_a_classification_gives_labels_and_probabilities() -> None:
    """One probability per class, where the model has them."""
    signature = Signature(Task.CLASSIFICATION, ("x", "y", "z"), (A,), probabilities=True)
    expected = (Tensor("labels", "BYTES", (-1,)), Tensor("probabilities", "FP64", (-1, 3)))
    assert expected == signature.outputs


def test_a_regression_gives_predictions() -> None:
    """One number per row."""
    signature = Signature(Task.REGRESSION, (), (A,), probabilities=False)
    assert (Tensor("predictions", "FP64", (-1,)),) == signature.outputs


def test_a_regression_of_several_targets_gives_a_matrix() -> None:
    """One column per target."""
    signature = Signature(Task.REGRESSION, (), (A,), False, targets=("y", "z"))
    assert (Tensor("predictions", "FP64", (-1, 2)),) == signature.outputs


def test_a_classification_of_several_targets_gives_two_matrices() -> None:
    """One label per target, and the probabilities of all their classes side by side."""
    signature = _several((2, 3))
    expected = (Tensor("labels", "BYTES", (-1, 2)), Tensor("probabilities", "FP64", (-1, 5)))
    assert expected == signature.outputs
    assert (("low", "high"), ("a", "b", "c")) == signature.classes_by_target


def test_one_target_has_all_classes() -> None:
    """Code that goes through the targets needs no exception for one."""
    signature = Signature(Task.CLASSIFICATION, ("x", "y"), (A,), probabilities=True)
    assert (("x", "y"),) == signature.classes_by_target


@pytest.mark.parametrize(
    "counts",
    [
        pytest.param((), id="no counts for several targets"),
        pytest.param((5,), id="one count for two targets"),
        pytest.param((2, 2), id="a class that belongs to none"),
        pytest.param((2, 4), id="a class that is not there"),
    ],
)
def test_classes_belong_to_targets(counts: tuple[int, ...]) -> None:
    """Counts at odds with the classes or the targets are refused."""
    with pytest.raises(ValueError, match="5 classes are not"):
        _several(counts).classes_by_target  # noqa: B018


def _several(counts: tuple[int, ...]) -> Signature:
    return Signature(
        Task.CLASSIFICATION, ("low", "high", "a", "b", "c"), (A,), True, ("y", "z"), counts
    )


@pytest.mark.parametrize(
    ("classes", "expected"),
    [
        pytest.param(("a", "b"), "BYTES", id="texts"),
        pytest.param((0, 1), "INT64", id="integers"),
        pytest.param((False, True), "BOOL", id="booleans are not integers"),
    ],
)
def test_labels_have_the_type_of_the_data(classes: tuple[Label, ...], expected: str) -> None:
    """Labels come back as the user's data had them."""
    assert expected == label_datatype(classes)


def test_mixed_classes_are_refused() -> None:
    """One tensor cannot hold two types."""
    with pytest.raises(ValueError, match="all texts"):
        label_datatype((0, "a"))
