"""Names of our kinds."""

from __future__ import annotations

import re

from trainyard.api.names import NAME_RULES
from trainyard.ownership import child_name


def test_a_childs_name_is_no_name_of_an_owner() -> None:
    """So an owner can never be called like another owner's child."""
    pattern = next(rule for rule, _ in NAME_RULES if rule.startswith("!"))
    found = re.search(r"matches\('(.*)'\)", pattern)
    assert found is not None
    assert re.search(found.group(1), child_name("model", "1"))


def test_the_longest_owner_leaves_room_for_a_child_of_a_child() -> None:
    """An evaluate Job hangs on a ModelVersion, whose name hangs on a TrainingJob's."""
    assert len(child_name(child_name("m" * 40, "1"), "2")) <= 63
