"""Which exit code goes with which reason."""

from __future__ import annotations

import pytest

from trainer.pod.exits import Exit, MachineFault, Reason, UserFault

_MAY_MEND = {
    Reason.SOURCE_CHANGED: Exit.NOT_THERE_YET,
    Reason.SOURCE_NOT_FOUND: Exit.NOT_THERE_YET,
    Reason.SOURCE_FORBIDDEN: Exit.NOT_THERE_YET,
    Reason.RESULT_NOT_FOUND: Exit.NOT_THERE_YET,
    Reason.STORE_DENIED: Exit.NOT_THERE_YET,
    Reason.STORE_MISSING: Exit.NOT_THERE_YET,
    Reason.STORE_UNREACHABLE: Exit.STORE_UNREACHABLE,
    Reason.SOURCE_UNREACHABLE: Exit.SOURCE_UNREACHABLE,
    Reason.PARTICIPANTS_MISSING: Exit.UNEXPECTED,
    Reason.UNEXPECTED: Exit.UNEXPECTED,
}


@pytest.mark.parametrize("reason", list(Reason))
def test_only_what_may_mend_by_itself_is_retried(reason: Reason) -> None:
    """10 to 19 is never retried; 20 and above is kept for faults that may pass."""
    code = reason.exit_code
    assert _MAY_MEND.get(reason, code) == code
    assert (reason in _MAY_MEND) == (code >= 20)
    assert code >= 10


def test_a_fault_carries_its_reason_sentence_and_code() -> None:
    """What is raised is all that a result needs."""
    fault = UserFault(Reason.SOURCE_NOT_FOUND, "nothing there")
    assert ("nothing there", Exit.NOT_THERE_YET) == (str(fault), fault.exit_code)
    assert Exit.STORE_UNREACHABLE == MachineFault(Reason.STORE_UNREACHABLE, "away").exit_code
