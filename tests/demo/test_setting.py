"""What stands before the first act."""

from __future__ import annotations

import pytest
import yaml

from demo.setting import MANIFESTS, PUBLIC_ENVOY, Dollars, alert_rules, images_of


def test_only_names_in_round_brackets_are_filled_in() -> None:
    """Regular expressions and label references of Prometheus survive."""
    text = Dollars("image: $(IMAGE)\nreplacement: $1:$2").substitute(IMAGE="a:b")

    assert text == "image: a:b\nreplacement: $1:$2"


@pytest.mark.parametrize(
    ("cluster", "expected"),
    [
        pytest.param("devcluster", "trainyard/envoy:dev", id="nothing can be pulled here"),
        pytest.param("kind", PUBLIC_ENVOY, id="elsewhere the public image serves"),
    ],
)
def test_router_image(cluster: str, expected: str) -> None:
    """Stand-ins are used only where there is no registry."""
    assert expected == images_of(cluster).router


@pytest.mark.parametrize(
    ("file", "names"),
    [
        ("prometheus.yaml", ("PROMETHEUS_IMAGE", "OPERATOR_IMAGE", "OPERATOR_METRICS")),
        ("alertmanager.yaml", ("ALERTMANAGER_IMAGE", "OPERATOR_IMAGE")),
        ("client.yaml", ("OPERATOR_IMAGE",)),
    ],
)
def test_manifests_have_no_other_name_to_fill_in(file: str, names: tuple[str, ...]) -> None:
    """What the story knows is all that they need."""
    text = Dollars((MANIFESTS / file).read_text()).substitute(dict.fromkeys(names, "x:1"))

    assert "$(" not in text


def test_alerts_wait_for_nothing() -> None:
    """The chart's alerts, all of them, fire as soon as they are true."""
    rules = [rule for group in yaml.safe_load(alert_rules())["groups"] for rule in group["rules"]]

    assert "TrainyardSignalRaised" in {rule["alert"] for rule in rules}
    assert not any("for" in rule for rule in rules)
