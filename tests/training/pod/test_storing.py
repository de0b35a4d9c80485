"""Results in the store, and whose fault a silent store is."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelbundle.faults import StoreDenied, StoreMissing, StoreUnreachable
from modelbundle.store import open_store
from trainer.pod.environment import Environment
from trainer.pod.exits import Fault, MachineFault, Reason, UserFault
from trainer.pod.storing import open_environment_store, record, store_faults, stored_result


def test_a_result_is_written_once(tmp_path: Path) -> None:
    """A second attempt is told what the first one found."""
    store = open_store(f"file://{tmp_path}")
    first, second = {"outcome": "Refused"}, {"outcome": "Accepted"}
    path = "runs/uid/run/result.json"
    assert first == record(store, path, first)
    assert first == record(store, path, second)
    assert first == stored_result(store, path)


def test_no_result_is_told_by_its_path(tmp_path: Path) -> None:
    """The run never ended."""
    with pytest.raises(UserFault, match=r"no result runs/u/r/result\.json") as raised:
        stored_result(open_store(f"file://{tmp_path}"), "runs/u/r/result.json")
    assert Reason.RESULT_NOT_FOUND == raised.value.reason


@pytest.mark.parametrize(
    ("fault", "kind", "reason"),
    [
        pytest.param(StoreDenied("no"), UserFault, Reason.STORE_DENIED, id="refused keys"),
        pytest.param(StoreMissing("no"), UserFault, Reason.STORE_MISSING, id="no bucket"),
        pytest.param(StoreUnreachable("away"), MachineFault, Reason.STORE_UNREACHABLE, id="away"),
    ],
)
def test_refused_keys_are_the_users_fault_and_silence_is_not(
    fault: Exception, kind: type[Fault], reason: Reason
) -> None:
    """Silence is retried a few times; refused keys as long as nobody changes them."""
    with pytest.raises(kind) as raised, store_faults():
        raise fault
    assert reason == raised.value.reason


def test_a_store_of_an_unknown_kind_is_refused() -> None:
    """With the variable that names it."""
    with pytest.raises(UserFault, match="TRAINYARD_STORE_URL"):
        open_environment_store(Environment(store_url="ftp://data"))
