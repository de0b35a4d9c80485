"""Versions side by side, and the way back from a revision to its data."""

from __future__ import annotations

from a_namespace import DIGEST, Raw, namespace, releasing, version

from trainyardctl.snapshot import Snapshot
from trainyardpage.loop import related
from trainyardpage.versions import MOST_VERSIONS, Versions, origins_of, short, versions_of


def measured(name: str, day: int, **metrics: str) -> Raw:
    """Return a version with these metrics."""
    raw = version(name, f"2026-05-{day:02}T10:00:00Z")
    raw["spec"]["metrics"] = metrics
    return raw


def side_by_side(*versions: Raw) -> Versions:
    """Return the table of the versions during a release."""
    here = namespace(releasing())
    here = Snapshot("models", {**here.objects, "ModelVersion": versions})
    return versions_of(related(here, here.of("ModelDeployment")[0]))


def test_metrics_stand_below_each_other() -> None:
    """Newest first; what a version lacks is empty; roles are those of the deployment."""
    found = side_by_side(
        measured("wine-a", 1, accuracy="0.95"), measured("wine-b", 2, accuracy="0.97", f1="0.9")
    )
    assert ["accuracy", "f1"] == list(found.metrics)
    assert [("wine-b", "canary", ("0.97", "0.9")), ("wine-a", "stable", ("0.95", ""))] == [
        (line.name, line.role, line.metrics) for line in found.lines
    ]
    assert {"accepted"} == {line.verdict for line in found.lines}
    assert short(DIGEST) == found.lines[0].data == "b" * 12


def test_old_versions_are_counted() -> None:
    """A table of hundreds tells nothing."""
    found = side_by_side(*(measured(f"wine-{n:02}", 1) for n in range(MOST_VERSIONS + 2)))
    assert (MOST_VERSIONS, 2) == (len(found.lines), found.hidden)


def test_a_revision_leads_back_to_its_data() -> None:
    """Data, recipe, run, version, bundle, revision; stable before canary."""
    here = namespace(releasing())
    stable, canary = origins_of(related(here, here.of("ModelDeployment")[0]), here)
    assert ("stable", "canary") == (stable.role, canary.role)
    assert ["data", "recipe", "run", "version", "bundle", "revision"] == [
        w for w, _ in stable.steps
    ]
    assert DIGEST == dict(stable.steps)["data"]
    assert ("wine-b", "wine-2222222222") == (
        dict(canary.steps)["version"],
        dict(canary.steps)["revision"],
    )


def test_a_version_that_is_gone_is_said_to_be() -> None:
    """The revision serves without it."""
    here = Snapshot("models", {"ModelDeployment": (releasing(),)})
    stable = next(origins_of(related(here, releasing()), here))
    assert "wine-a, which is gone" == dict(stable.steps)["version"]
