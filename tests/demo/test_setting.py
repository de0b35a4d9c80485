"""What stands before the first act."""

from __future__ import annotations

import pytest

from demo.setting import MANIFESTS, PUBLIC_ENVOY, Dollars, images_of


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


def test_prometheus_manifest_needs_two_images() -> None:
    """The manifest has no other name to fill in."""
    names = {"PROMETHEUS_IMAGE": "p:1", "OPERATOR_IMAGE": "o:1"}
    text = Dollars((MANIFESTS / "prometheus.yaml").read_text()).substitute(names)

    assert "$(" not in text
