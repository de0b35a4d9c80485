"""Reasons are read from the enums beside the model."""

import pytest

from trainyard.api.base import KindStatus, Resource
from trainyard.api.v1alpha1.dataset import Dataset
from trainyard.crdgen.kinds import KINDS
from trainyard.crdgen.reasons import Reason, reasons_of


def test_a_reason_comes_with_its_sentence() -> None:
    """The word and the docstring below it."""
    expected = Reason("VersionFound", "Used when a version that passed its checks is there.")
    assert expected == reasons_of(Dataset)[0]


@pytest.mark.parametrize("kind", KINDS, ids=[k.definition.kind for k in KINDS])
def test_every_reason_says_when_it_is_used(kind: type[Resource]) -> None:
    """Reasons are API: none is without its sentence, and no kind that has conditions is without
    reasons.
    """
    found = reasons_of(kind)
    assert found or kind.model_fields["status"].annotation is KindStatus
    assert [r.word for r in found if not r.used_when.startswith("Used ")] == []
