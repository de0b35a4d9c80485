"""How children are named, labelled and tied to their owner."""

from __future__ import annotations

import pytest
from toys import Toy

from trainyard.ownership import child_labels, child_name, is_owned, owner_reference

TOY = Toy.model_validate({"metadata": {"namespace": "ns", "name": "a", "uid": "u1"}})


def test_a_childs_name_is_its_owners_and_ten_hex_digits() -> None:
    """The same identity always gives the same name, another gives another."""
    name = child_name("tumours", "sha256:1", "template")
    assert name == child_name("tumours", "sha256:1", "template")
    assert name != child_name("tumours", "sha256:1template")
    owner, _, digits = name.rpartition("-")
    assert ("tumours", 10) == (owner, len(digits))
    assert set(digits) <= set("0123456789abcdef")


def test_labels_lead_back_to_the_owner() -> None:
    """The watch selects by the first, the wake-up by the next two, people by the last."""
    assert {
        "app.kubernetes.io/managed-by": "trainyard",
        "trainyard.dev/owner-kind": "toy",
        "trainyard.dev/owner": "a",
        "trainyard.dev/toy": "a",
        "trainyard.dev/role": "stable",
    } == child_labels(TOY, role="stable")


@pytest.mark.parametrize(
    ("references", "owned"),
    [
        pytest.param([owner_reference(TOY)], True, id="our own reference"),
        pytest.param([owner_reference(TOY) | {"uid": "u2"}], False, id="an older owner's uid"),
        pytest.param([owner_reference(TOY) | {"controller": False}], False, id="no controller"),
        pytest.param(None, False, id="no references"),
    ],
)
def test_ownership_is_by_uid(*, references: list[dict[str, str]] | None, owned: bool) -> None:
    """Never by label or name: those anybody can write."""
    assert owned is is_owned({"metadata": {"ownerReferences": references}}, TOY)
