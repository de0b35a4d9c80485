"""For whom a coordinator waits before the first round.

Proves: training-image/trainer/federated/enrolment.py
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from trainer.federated.enrolment import KEYS_NAME, awaited, participant_keys
from trainer.tasks.federation import Federation

PARTIES = ("a/rows", "b/rows", "c/rows")
FEDERATION = Federation(
    address="coordinator",
    rounds=2,
    local_iterations=1,
    min_participants=2,
    participants=PARTIES,
)


@pytest.mark.parametrize(
    ("told", "there", "expected"),
    [
        pytest.param(None, "", PARTIES, id="nothing is told yet"),
        pytest.param({"a/rows": "key"}, "a/rows", PARTIES[1:], id="two may come"),
        pytest.param({"c/rows": ""}, "a/rows b/rows", (), id="one that does not allow it"),
        pytest.param({"c/rows": ""}, "a/rows", PARTIES[1:], id="without it they are too few"),
        pytest.param({"c/rows": "key"}, "a/rows b/rows", PARTIES[2:], id="one that is late"),
    ],
)
def test_awaited(
    told: dict[str, str] | None, there: str, expected: tuple[str, ...], tmp_path: Path
) -> None:
    """Who does not allow the run is not waited for, where enough others are there."""
    if told is not None:
        (tmp_path / KEYS_NAME).write_text(json.dumps(told))
    assert list(expected) == awaited(tmp_path, FEDERATION, there.split())


def test_a_name_without_a_key_enrols_nobody(tmp_path: Path) -> None:
    """Whoever comes by that name is not taken."""
    (tmp_path / KEYS_NAME).write_text(json.dumps({"a/rows": "key", "b/rows": ""}))
    assert {"a/rows": "key"} == participant_keys(tmp_path)
