"""Reading back what a run found."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelbundle.store import open_store
from trainer.pod.environment import Environment
from trainer.pod.exits import Exit, UserFault
from trainer.pod.storing import record
from trainer.report import run


def test_the_stored_result_is_reported(tmp_path: Path) -> None:
    """As it was written; without one, exit 25."""
    url = f"file://{tmp_path}"
    environment = Environment(store_url=url, result="runs/u/r/result.json")
    with pytest.raises(UserFault) as raised:
        run(environment)
    record(open_store(url), "runs/u/r/result.json", {"outcome": "Accepted"})
    assert Exit.NOT_THERE_YET == raised.value.exit_code
    assert {"outcome": "Accepted"} == run(environment).document
