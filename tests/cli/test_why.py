"""Why is it as it is, down to the data?"""

from __future__ import annotations

from a_namespace import DIGEST, deployment, namespace, releasing

from trainyardctl.names import object_name
from trainyardctl.snapshot import Snapshot
from trainyardctl.why import reasons_of


def lines(here: Snapshot, name: str) -> list[str]:
    """Return the explanation."""
    wanted = object_name(name)
    raw = here.find(wanted)
    assert raw is not None
    return list(reasons_of(here, wanted, raw))


def test_a_release_shows_its_evidence_and_both_versions() -> None:
    """From the state over the counts to run, recipe, data and bundle."""
    found = lines(namespace(releasing()), "wine")
    assert "mdep/wine: under way" == found[0]
    assert "evidence of step 1/2: canary 40 requests, stable 160" in found
    assert "  errors: NoEvidence, 40 of 300 requests" in found
    assert "  the step takes about 90 s at the present rate" in found
    assert found.index("stable wine-1111111111") < found.index("canary wine-2222222222")
    assert f"    data {DIGEST}" in found
    assert "    because NewData: 10 more rows" in found


def test_a_version_in_quarantine_is_named_with_its_reason() -> None:
    """And one that is gone from the cluster is said to be."""
    entry = {"revision": "wine-3", "reason": "FailedCheck", "message": "errors 12 %"}
    serving = deployment(
        quarantine=[entry], stable={"revision": "wine-1", "modelVersion": "wine-z"}
    )
    found = lines(namespace(serving), "wine")
    assert "  wine-3: FailedCheck, errors 12 %" in found
    assert "    it is gone; its bundle may still be in the store" in found


def test_a_version_is_explained_by_what_it_is_made_of() -> None:
    """The same chain, without a deployment."""
    found = lines(namespace(deployment()), "mv/wine-a")
    assert ["made of", "  ModelVersion wine-a"] == found[found.index("made of") :][:2]
    assert "    run wine-2 of TrainingJob wine" in found


def test_it_ends_with_what_can_be_done() -> None:
    """As commands to copy; a version has none."""
    found = lines(namespace(releasing(step=1)), "wine")
    assert "  trainyard -n models promote mdep/wine" in found[found.index("you can") :]
    assert "you can" not in lines(namespace(deployment()), "mv/wine-a")
