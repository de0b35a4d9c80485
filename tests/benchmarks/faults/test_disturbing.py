"""Which fault meets which request."""

from __future__ import annotations

from benchmarks.faults.disturbing import Disturbance
from benchmarks.faults.exchanges import Asked
from benchmarks.faults.plans import Fault, Kind, Plan, Story, Target

WRITE = Asked("PATCH", "n", "services", "s", "")
READ = Asked("GET", "n", "services", "s", "")


def disturbance(*faults: Fault) -> Disturbance:
    """A life with these faults."""
    return Disturbance(Plan(1, 2, Story.PROMOTED, faults))


def test_a_fault_waits_for_its_write_and_is_used_up() -> None:
    """It meets as many requests as it says, and only those of its target."""
    life = disturbance(Fault(Kind.RESET, after_writes=2, times=2))
    assert life.of_request(WRITE) is None
    life.note(WRITE, 200)
    life.note(READ, 200)
    assert life.of_request(WRITE) is None
    life.note(WRITE, 200)
    assert life.of_request(READ) is None
    assert [bool(life.of_request(WRITE)) for _ in range(3)] == [True, True, False]


def test_what_meets_the_operator_meets_no_request() -> None:
    """And the other way round; a fault that happened is counted in its phase."""
    life = disturbance(Fault(Kind.KILL, 0), Fault(Kind.DELAY, 0, Target.READS))
    life.phase = "canary steps"
    assert [fault.kind for fault in life.of_operator()] == [Kind.KILL]
    assert list(life.of_operator()) == []
    met = life.of_request(READ)
    assert met is not None
    assert met.kind is Kind.DELAY
    assert {(Kind.KILL, "canary steps"): 1, (Kind.DELAY, "canary steps"): 1} == dict(life.met)


def test_what_was_made_is_counted() -> None:
    """By POST and by apply; what was refused is not."""
    life = disturbance()
    job = Asked("POST", "n", "jobs", "data-1", "")
    for request, status in ((job, 201), (job, 409), (WRITE, 201), (WRITE, 200)):
        life.note(request, status)
    assert {"jobs/data-1": 1, "services/s": 1} == dict(life.created)
    assert 4 == life.writes
    assert ["data-1"] == life.refreshes()
