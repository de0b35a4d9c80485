"""Act f: the operator dies in the middle of a rollout; traffic does not notice."""

from __future__ import annotations

import yaml

from demo.stage import Stage
from demo.waiting import StoryFailed

SMALLER_FOREST = {
    "class": "sklearn.ensemble.RandomForestClassifier",
    "parameters": {"n_estimators": 30, "min_samples_leaf": 3},
}
OPERATOR = "app.kubernetes.io/name=trainyard"


def operator_killed(stage: Stage) -> None:
    """Kill the operator at the first step; its successor takes up the rollout where it stood."""
    stable, before = stage.stable_bundle(), stage.count()
    stage.narrator.applied(yaml.safe_dump({"estimator": SMALLER_FOREST}, sort_keys=False))
    stage.change_recipe(SMALLER_FOREST)
    stage.expect_canary_weight(5)
    pods = [p["metadata"]["name"] for p in stage.operator.list("pods", OPERATOR)]
    stage.narrator.say(f"kubectl delete pod {' '.join(pods)} --force --grace-period=0")
    stage.operator.run("delete", "pod", *pods, "--force", "--grace-period=0")
    new = stage.expect_new_stable(stable)
    stage.narrator.decided(stage.decisions("modeldeployment"))
    seen = stage.count().since(before)
    if seen.failed:
        raise StoryFailed(f"{seen.failed} of {seen.sent} requests failed: {seen.codes}")
    stage.narrator.proved(f"resumed and promoted {new[:19]}…; 0 failed of {seen.sent} requests")
    stage.narrator.look("kubectl -n trainyard-system logs deploy/trainyard")
