"""Act h: a model that no gate and no counter can see through goes back once labels arrive."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from demo.real_data import TARGET, mislabelled_data, true_labels
from demo.stage import Stage
from demo.waiting import StoryFailed

TRUTH = Path(__file__).parent.parent / "manifests" / "truth.yaml"
DATASET = "truth"
ENOUGH = 600
"""Labelled requests of each version: a hundred are evidence, and some are not stored yet."""
JUDGE = {
    "prometheus": None,
    "labels": {"dataset": {"name": DATASET}, "labelColumn": TARGET},
    "metric": "accuracy",
    "min": "0.8",
    "action": "Rollback",
}


def wrong_labels(stage: Stage) -> None:
    """Release a model of mislabelled data; labels that come after its promotion send it back."""
    stable, begun = stage.stable_bundle(), stage.count()
    stage.narrator.say("requests are kept with their answers; later somebody knows what was true:")
    stage.narrator.applied(TRUTH.read_text())
    stage.expect("requests are answered", lambda: stage.count().sent > begun.sent + ENOUGH)
    stage.expect("no signal is up", lambda: not stage.release().get("signals"))
    stage.put_data(true_labels(range(begun.sent, stage.count().sent)), DATASET)
    stage.kubectl.apply(TRUTH.read_text())
    stage.change_spec("mdep", {"monitoring": {"drift": None, "quality": JUDGE}})
    good = stage.expect("labels say how good the version is", lambda: _judged(stage))
    stage.narrator.decided([f"accuracy {good['value']} over {good['rows']} labelled requests"])
    stage.narrator.say("an export takes each diagnosis for the other, those of test rows, too")
    stage.change_spec("tj", {"retrain": {"onNewData": {}, "onSignals": None}})
    stage.put_data(mislabelled_data())
    stage.ask("dataset", "refresh@now")
    wrong = stage.expect_new_stable(stable)
    stage.narrator.decided(stage.decisions("modeldeployment", newest=2))
    stage.narrator.say("it passed its gates, and answers as fast and as surely as the one before")
    stage.expect(
        "the new version has answered", lambda: stage.count().bundles.get(wrong, 0) > ENOUGH
    )
    stage.narrator.say("the labels of these days arrive")
    stage.put_data(true_labels(range(begun.sent, stage.count().sent)), DATASET)
    stage.ask("dataset", "refresh@now", DATASET)
    why = stage.expect("the version before serves again", lambda: _sent_back(stage, stable, wrong))
    stage.narrator.decided(stage.decisions("modeldeployment", newest=3))
    seen = stage.count().since(begun)
    if seen.failed:
        raise StoryFailed(f"{seen.failed} of {seen.sent} requests failed: {seen.codes}")
    stage.narrator.proved(f"promoted, found wrong by its labels and rolled back: {why}")
    stage.narrator.look("kubectl get mdep tumours -o jsonpath='{.status.labelJoin.revisions}'")


def _judged(stage: Stage) -> dict[str, Any] | None:
    """Return what labels say of the stable version."""
    status = stage.release()
    revision = (status.get("stable") or {}).get("revision")
    revisions = (status.get("labelJoin") or {}).get("revisions") or []
    return next((r for r in revisions if r["revision"] == revision and r.get("value")), None)


def _sent_back(stage: Stage, before: str, wrong: str) -> str | None:
    status = stage.release()
    serves = str((status.get("stable") or {}).get("bundleDigest", ""))
    if serves != before or status.get("rollout"):
        return None
    entries = status.get("quarantine") or []
    return next((str(e.get("message")) for e in entries if e["bundleDigest"] == wrong), None)
