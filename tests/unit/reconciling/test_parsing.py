"""From stored to typed."""

from __future__ import annotations

import pytest
from toys import Toy

from trainyard.reconciling.parsing import Unreadable, parse


def test_what_fits_the_model_is_typed() -> None:
    """Defaults stand for what is absent."""
    assert "red" == parse(Toy, {"metadata": {"name": "a"}}).spec.color


def test_each_wrong_field_is_named() -> None:
    """The message leads to the object and the field, and says what to do."""
    with pytest.raises(Unreadable, match=r"Toy a: spec\.color: .*correct the object"):
        parse(Toy, {"metadata": {"name": "a"}, "spec": {"color": 3}})
