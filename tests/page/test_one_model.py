"""Everything about one model in one value."""

from __future__ import annotations

from a_namespace import deployment, namespace, releasing

from trainyardpage.one_model import one_model


def test_all_parts_are_of_the_model_that_is_asked_for() -> None:
    """Its loop, release, versions, origins, and what can be done about it and its sources."""
    history = [
        {"at": "2026-05-04T10:00:00Z", "reason": "Promoted", "message": "the first"},
        {"at": "2026-05-05T10:00:00Z", "reason": "StepStarted", "message": "20 %"},
    ]
    signals = [{"since": "2026-05-05T11:00:00Z", "kind": "Drift", "message": "age"}]
    raw = releasing(step=1)
    raw["status"] |= {"history": history, "signals": signals}
    found = one_model(namespace(raw), "wine")
    assert found is not None
    assert ("models", "wine", "under way") == (found.namespace, found.name, found.mark.word)
    assert ["StepStarted", "Promoted"] == [told.reason for told in found.history]
    assert [("Drift", "age")] == [(told.reason, told.message) for told in found.signals]
    assert (2, 2, 2) == (len(found.shares), len(found.versions.lines), len(found.origins))
    commands = [step.command for step in found.steps]
    assert "trainyard -n models promote mdep/wine" in commands
    assert "trainyard -n models run tj/wine" in commands
    assert "trainyard -n models refresh dset/wine" in commands
    assert "trainyard -n models why wine" == commands[-1]


def test_who_is_not_there_is_none() -> None:
    """A page says so."""
    assert one_model(namespace(deployment()), "beer") is None
