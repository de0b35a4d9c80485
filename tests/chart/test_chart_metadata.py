"""What a catalogue of charts says of this one."""

from __future__ import annotations

import yaml
from chart_rendering import CHART

from trainyard.crdgen.kinds import KINDS

KNOWN = {kind.definition.kind: kind for kind in KINDS}
ANNOTATIONS = yaml.safe_load((CHART / "Chart.yaml").read_text("utf-8"))["annotations"]


def test_every_kind_is_listed_as_it_is_called() -> None:
    """With the name of its definition and the version that is served."""
    listed = yaml.safe_load(ANNOTATIONS["artifacthub.io/crds"])
    assert sorted((each["kind"], each["name"], each["version"]) for each in listed) == sorted(
        (about.kind, f"{about.plural}.trainyard.dev", "v1alpha1")
        for about in (kind.definition for kind in KINDS)
    )


def test_every_example_is_valid() -> None:
    """As a user would apply it."""
    for example in yaml.safe_load(ANNOTATIONS["artifacthub.io/crdsExamples"]):
        KNOWN[example["kind"]].model_validate(example)
