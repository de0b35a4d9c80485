"""The ModelVersion as it is stored."""

from __future__ import annotations

from builders_training import a_model_version, raw_model_version

from trainyard.api.v1alpha1.model_version import ModelVersion, ModelVersionSpec


def test_a_spec_survives_the_way_to_the_api_and_back() -> None:
    """It can never change, so what is read must be what was written."""
    spec = a_model_version(comparison={"bundleDigest": "sha256:" + "c" * 64, "error": "no"}).spec
    assert ModelVersionSpec.model_validate(spec.to_api()) == spec


def test_the_name_rule_is_the_rule_of_the_names() -> None:
    """The name ends in the first ten digits of the bundle."""
    raw = raw_model_version("b")
    ((rule, _),) = ModelVersion.definition.rules
    assert "substring(7, 17)" in rule
    assert raw["metadata"]["name"].endswith("-" + raw["spec"]["bundleDigest"][7:17])
