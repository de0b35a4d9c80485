"""When each alert fires, by promtool, and what a person finds behind it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from chart_rendering import CHART, of_kind, render
from cluster_access import ROOT, run, tool

RULES = CHART / "alerts/rules.yaml"
RUNBOOKS = "docs/operations/runbooks"
CASES = yaml.safe_load((Path(__file__).parent / "alert_cases.yaml").read_text(encoding="utf-8"))
ALERTS: dict[str, dict[str, Any]] = {
    rule["alert"]: rule
    for group in yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
}


def _case_name(case: dict[str, Any]) -> str:
    (asked,) = case["alert_rule_test"]
    return f"{asked['alertname']} {'fires' if asked['exp_alerts'] else 'stays silent'}"


def test_the_rules_are_valid() -> None:
    """By Prometheus's own reading, the templates of the texts included."""
    assert (
        f"{len(ALERTS)} rules found" in run(tool("promtool"), "check", "rules", str(RULES)).stdout
    )


@pytest.mark.parametrize("case", [pytest.param(case, id=_case_name(case)) for case in CASES])
def test_an_alert_fires_for_its_reason_alone(case: dict[str, Any], tmp_path: Path) -> None:
    """At the stated minute of the series, with the stated labels."""
    (asked,) = case["alert_rule_test"]
    rule = ALERTS[asked["alertname"]]
    silent = {**rule, "annotations": {}}
    rules = tmp_path / "rules.yaml"
    rules.write_text(yaml.safe_dump({"groups": [{"name": "one", "rules": [silent]}]}))
    story = tmp_path / "story.yaml"
    story.write_text(yaml.safe_dump({"rule_files": [str(rules)], "tests": [case]}))
    run(tool("promtool"), "test", "rules", str(story))


def test_each_alert_has_a_case_that_fires_and_one_that_does_not() -> None:
    """No alert is in the file that nobody has seen firing."""
    told = sorted(_case_name(case) for case in CASES)
    assert sorted(f"{name} {how}" for name in ALERTS for how in ("fires", "stays silent")) == told


def test_each_alert_has_a_runbook_and_each_runbook_an_alert() -> None:
    """Whoever is woken up finds what it means, where to look and what to do."""
    pages = {page.stem for page in (ROOT / RUNBOOKS).glob("*.md")} - {"README"}
    assert set(ALERTS) == pages
    for name, rule in ALERTS.items():
        assert f"{RUNBOOKS}/{name}.md" == rule["annotations"]["runbook_url"]
        text = (ROOT / RUNBOOKS / f"{name}.md").read_text(encoding="utf-8")
        assert [f"# {name}", "## Look", "## Do"] == re.findall(r"^#+ .+$", text, re.MULTILINE)


def test_the_chart_makes_one_rule_object_with_the_pages_where_they_are() -> None:
    """Off by default; `runbooks` stands before the name of each page."""
    assert [] == of_kind(render(), "PrometheusRule")
    values = {"prometheusRule": {"enabled": True, "runbooks": "https://pages.example.org/run/"}}
    (made,) = of_kind(render(values), "PrometheusRule")
    rules = {rule["alert"]: rule for group in made["spec"]["groups"] for rule in group["rules"]}
    assert ALERTS.keys() == rules.keys()
    for name, rule in rules.items():
        page = f"https://pages.example.org/run/{name}.md"
        assert page == rule["annotations"]["runbook_url"]
        assert ALERTS[name]["expr"] == rule["expr"]
