"""Act d: a recipe without imputation is perfect on complete test rows and fails on live ones."""

from __future__ import annotations

import yaml

from demo.stage import NAME, Stage
from demo.traffic import behave
from demo.waiting import StoryFailed

WITHOUT_IMPUTATION = {
    "class": "sklearn.linear_model.LogisticRegression",
    "parameters": {"max_iter": 5000},
    "preprocessing": {"mode": "None"},
}


def bad_release(stage: Stage) -> None:
    """Release a model that cannot answer rows with a gap, and see it rolled back."""
    stage.narrator.say("live, every fifth request lacks one measurement; the recipe imputes it …")
    behave(stage.kubectl, "gaps")
    stable, before = stage.stable_bundle(), stage.count()
    stage.narrator.say("… until somebody simplifies the recipe: the test rows have no gaps")
    stage.narrator.applied(yaml.safe_dump({"estimator": WITHOUT_IMPUTATION}, sort_keys=False))
    stage.change_recipe(WITHOUT_IMPUTATION)
    stage.expect_canary_weight(5)
    entry = stage.expect("the canary is rolled back", lambda: _quarantined(stage))
    stage.expect("stable has everything", lambda: stage.canary_weight() == 0)
    stage.narrator.decided(
        [*stage.decisions("trainingjob", newest=1), *stage.decisions("modeldeployment", newest=2)]
    )
    if stage.stable_bundle() != stable:
        raise StoryFailed("the failing version became stable")
    seen = stage.count().since(before)
    stage.narrator.proved(
        f"rolled back after {seen.failed} failed of {seen.sent} requests, and quarantined: {entry}"
    )
    stage.narrator.look(f"kubectl get mdep {NAME} -o jsonpath='{{.status.quarantine}}'")


def _quarantined(stage: Stage) -> str | None:
    entries = stage.release().get("quarantine") or []
    return str(entries[-1].get("message")) if entries else None
