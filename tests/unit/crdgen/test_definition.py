"""What a CRD says beside the schema."""

from typing import Any, ClassVar

import pytest

from trainyard.api.base import ApiModel, KindDefinition, PrinterColumn, Resource
from trainyard.api.names import NAME_RULES
from trainyard.crdgen.definition import custom_resource_definition, name_rules, root_schema
from trainyard.crdgen.kinds import KINDS


class TrainSpec(ApiModel):
    """What it does."""

    cars: int = 1
    """How many cars."""


class Train(Resource):
    """A train on rails,
    for tests.
    """

    definition: ClassVar[KindDefinition] = KindDefinition(
        kind="Train",
        plural="trains",
        singular="train",
        short_name="trn",
        columns=(
            PrinterColumn(
                name="Cars", json_path=".spec.cars", type="integer", priority=1, description="x"
            ),
        ),
        scale=True,
    )

    spec: TrainSpec
    status: TrainSpec = TrainSpec()


def version_of(kind: type[Resource]) -> dict[str, Any]:
    """Return the CRD's only version."""
    (version,) = custom_resource_definition(kind)["spec"]["versions"]
    found: dict[str, Any] = version
    return found


def test_the_names_of_a_kind() -> None:
    """Users find it by plural, singular, short name and the category `trainyard`."""
    crd = custom_resource_definition(Train)
    expected = {
        "kind": "Train",
        "listKind": "TrainList",
        "plural": "trains",
        "singular": "train",
        "shortNames": ["trn"],
        "categories": ["trainyard"],
    }
    assert (crd["metadata"]["name"], expected) == ("trains.trainyard.dev", crd["spec"]["names"])


def test_a_printer_column_has_its_priority_and_description() -> None:
    """Nothing that the model says about a column is lost."""
    expected = [
        {
            "name": "Cars",
            "type": "integer",
            "description": "x",
            "priority": 1,
            "jsonPath": ".spec.cars",
        }
    ]
    assert expected == version_of(Train)["additionalPrinterColumns"]


def test_a_kind_that_scales_has_both_subresources() -> None:
    """Autoscalers find replicas and selector where the design puts them."""
    expected = {
        "status": {},
        "scale": {
            "specReplicasPath": ".spec.replicas",
            "statusReplicasPath": ".status.replicas",
            "labelSelectorPath": ".status.selector",
        },
    }
    assert expected == version_of(Train)["subresources"]


def test_defaults_stand_in_spec_only() -> None:
    """The same part has a default in spec and none in status."""
    parts = root_schema(Train)["properties"]
    expected = {"description": "How many cars.", "type": "integer"}
    assert (expected | {"default": 1}, expected) == (
        parts["spec"]["properties"]["cars"],
        parts["status"]["properties"]["cars"],
    )


def test_the_root_is_described_on_one_line() -> None:
    """`kubectl explain train` begins with the class's docstring."""
    assert root_schema(Train)["description"] == "A train on rails, for tests."


def test_a_kind_without_rules_on_its_name_gets_the_common_ones() -> None:
    """No kind can be forgotten: children's names always fit."""
    assert name_rules(Train) == NAME_RULES


@pytest.mark.parametrize("kind", KINDS, ids=[k.definition.kind for k in KINDS])
def test_every_kind_has_a_rule_on_its_name(kind: type[Resource]) -> None:
    """Each of the four refuses names that its children could not carry."""
    rules = [r["rule"] for r in root_schema(kind)["x-kubernetes-validations"]]
    assert any("self.metadata.name" in rule for rule in rules)
