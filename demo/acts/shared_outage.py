"""Act e: errors that hit both versions alike say nothing about the canary."""

from __future__ import annotations

import time

import yaml

from demo.stage import NAME, Stage
from demo.traffic import behave
from demo.waiting import StoryFailed

FOREST = {
    "class": "sklearn.ensemble.RandomForestClassifier",
    "parameters": {"n_estimators": 50, "min_samples_leaf": 3},
}
BURST_SECONDS = 10


def shared_outage(stage: Stage) -> None:
    """Release a healthy forest through a burst of malformed requests; it is promoted."""
    stable, before = stage.stable_bundle(), stage.count()
    stage.narrator.applied(yaml.safe_dump({"estimator": FOREST}, sort_keys=False))
    stage.change_recipe(FOREST)
    stage.expect_canary_weight(5)
    stage.narrator.say("a broken caller: half of all requests are malformed for ten seconds")
    behave(stage.kubectl, "garbage")
    until = time.monotonic() + BURST_SECONDS
    while time.monotonic() < until:
        stage.show_live()
        time.sleep(0.4)
    behave(stage.kubectl, "gaps")
    new = stage.expect_new_stable(stable)
    seen = stage.count().since(before)
    if not seen.failed:
        raise StoryFailed("the burst of errors did not happen")
    stage.narrator.decided(stage.decisions("modeldeployment"))
    stage.narrator.proved(f"{seen.failed} errors, shared by both: {new[:19]}… was promoted")
    stage.narrator.look(f"kubectl get events --field-selector involvedObject.name={NAME}")
