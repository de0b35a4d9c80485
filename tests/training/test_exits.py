"""Which exit code goes with which reason."""

from __future__ import annotations

import pytest

from trainer.exits import Exit, MachineFault, Reason, UserFault

_MACHINE = {
    Reason.STORE_UNREACHABLE: Exit.STORE_UNREACHABLE,
    Reason.SOURCE_UNREACHABLE: Exit.SOURCE_UNREACHABLE,
    Reason.UNEXPECTED: Exit.UNEXPECTED,
}


@pytest.mark.parametrize("reason", list(Reason))
def test_only_the_machines_faults_may_be_retried(reason: Reason) -> None:
    """10 to 19 is never retried; 20 and above is kept for faults that may pass."""
    code = reason.exit_code
    assert _MACHINE.get(reason, code) == code
    assert (reason in _MACHINE) == (code >= 20)
    assert code >= 10


def test_a_fault_carries_its_reason_sentence_and_code() -> None:
    """What is raised is all that a result needs."""
    fault = UserFault(Reason.SOURCE_NOT_FOUND, "nothing there")
    assert ("nothing there", Exit.SOURCE_UNUSABLE) == (str(fault), fault.exit_code)
    assert Exit.STORE_UNREACHABLE == MachineFault(Reason.STORE_UNREACHABLE, "away").exit_code
