"""The Deployment beside the model is no object of the operator."""

from __future__ import annotations

from typing import Any

from benchmarks.traffic.plain import PLAIN, deployment, service


def test_its_pods_are_those_of_the_model_under_labels_of_their_own() -> None:
    """No label of ours is left, so that no operator and no Service of a model finds them."""
    theirs: dict[str, Any] = {
        "metadata": {"name": "m-1", "labels": {"trainyard.dev/owner": "m"}, "ownerReferences": [1]},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": {"trainyard.dev/revision": "m-1"}},
            "strategy": {"rollingUpdate": {"maxSurge": 1}},
            "template": {
                "metadata": {"labels": {"trainyard.dev/owner": "m"}},
                "spec": {"containers": [{"name": "server"}]},
            },
        },
    }
    made = deployment(theirs)
    assert "trainyard.dev" not in str(made)
    assert {"name": PLAIN} == made["metadata"]
    assert theirs["spec"]["template"]["spec"] == made["spec"]["template"]["spec"]
    labels = made["spec"]["template"]["metadata"]["labels"]
    assert labels == made["spec"]["selector"]["matchLabels"] == service()["spec"]["selector"]
