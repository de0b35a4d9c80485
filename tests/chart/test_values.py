"""What Helm 3 and Helm 4 accept as values."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml
from chart_rendering import CHART, HELMS, render
from cluster_access import run, tool

VALUES = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("helm", HELMS)
def test_lint_finds_nothing(helm: str) -> None:
    """The chart is well-formed by Helm's own strict rules."""
    run(tool(helm), "lint", "--strict", str(CHART))


def test_both_helms_render_the_same() -> None:
    """Nothing in the templates depends on the version of Helm."""
    assert render(helm="helm3") == render(helm="helm4")


@pytest.mark.parametrize("helm", HELMS)
@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        pytest.param({"imagee": {}}, "imagee", id="a misspelt value"),
        pytest.param({"image": {"pullPolicy": "Sometimes"}}, "pullPolicy", id="an unknown policy"),
        pytest.param({"image": {"digest": "sha256:abc"}}, "digest", id="half a digest"),
        pytest.param({"store": {"url": "models"}}, "store", id="a store without a scheme"),
        pytest.param({"store": {"url": "ftp://x"}}, "store", id="a store of an unknown kind"),
        pytest.param({"namespaces": "team-a"}, "namespaces", id="namespaces that are no list"),
        pytest.param({"namespaces": ["Team A"]}, "namespaces", id="a name no namespace can have"),
        pytest.param({"replicas": -1}, "replicas", id="less than no replica"),
        pytest.param({"logLevel": "LOUD"}, "logLevel", id="an unknown log level"),
        pytest.param({"prometheus": {"url": "prom:9090"}}, "prometheus", id="no http address"),
        pytest.param(
            {"prometheus": {"url": "http://me:secret@prom"}}, "prometheus", id="a password in sight"
        ),
        pytest.param({"installation": "Main Site"}, "installation", id="no DNS label"),
        pytest.param({"pods": {"runAsUser": 0}}, "runAsUser", id="root"),
        pytest.param({"pods": {"proxy": {"http": "p"}}}, "proxy", id="an unknown kind of proxy"),
        pytest.param({"crds": {"enabled": "yes"}}, "crds", id="a text where true or false is due"),
    ],
)
def test_nonsense_is_refused_by_name(helm: str, values: dict[str, Any], complaint: str) -> None:
    """The schema refuses before anything reaches the cluster, and says which value."""
    with pytest.raises(AssertionError, match=rf"(?s)don't meet the specifications.*{complaint}"):
        render(values, helm)


def keys(values: dict[str, Any], prefix: str = "") -> set[str]:
    """Return the dotted names of all values that hold no map of their own."""
    found: set[str] = set()
    for name, value in values.items():
        nested = isinstance(value, dict) and value
        found |= keys(value, f"{prefix}{name}.") if nested else {f"{prefix}{name}"}
    return found


def test_every_value_is_in_the_schema() -> None:
    """Each map of the schema is closed, so a value beside it would be refused."""
    schema = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
    assert set(VALUES) <= set(schema["properties"])
    assert schema["additionalProperties"] is False


def test_every_value_is_explained_in_the_readme() -> None:
    """The table of the README has a row for each value and none for what is gone."""
    text = (CHART / "README.md").read_text(encoding="utf-8")
    first = re.findall(r"^\| (`[^|]+`) \|", text, flags=re.MULTILINE)
    rows = {row.strip("` ") for cell in first for row in cell.split(",")}
    explained = {name for name in keys(VALUES) if any(_covers(row, name) for row in rows)}
    assert keys(VALUES) - explained == set()
    assert {row for row in rows if not any(_covers(row, name) for name in keys(VALUES))} == set()


def _covers(row: str, name: str) -> bool:
    return name == row or name.startswith(f"{row}.")
