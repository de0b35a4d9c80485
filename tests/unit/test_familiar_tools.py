"""Examples for tools that this cluster lacks: their files are right about what is ours."""

from __future__ import annotations

import ast
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from trainyardctl.main import app

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
PIPELINES = EXAMPLES / "pipelines"
WORKFLOW = PIPELINES / "github-actions.yaml"
APPLICATIONS = EXAMPLES / "gitops" / "argocd-applicationset.yaml"
METRIC = re.compile(r"trainyard_\w+")


def loaded(path: Path) -> dict[str, Any]:
    """Return the only document of the file."""
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("name", ["hpa", "keda"])
def test_an_autoscaler_scales_what_can_be_scaled(name: str) -> None:
    """A kind of ours with the subresource `scale`, by its present version."""
    target = loaded(EXAMPLES / "autoscaling" / f"{name}.yaml")["spec"]["scaleTargetRef"]
    crd = loaded(ROOT / "crds" / f"{target['kind'].lower()}s.yaml")["spec"]
    (version,) = crd["versions"]
    assert target["apiVersion"] == f"{crd['group']}/{version['name']}"
    assert "scale" in version["subresources"]


def test_the_page_on_autoscalers_shows_the_example() -> None:
    """The same that `make autoscaling` tries."""
    page = (ROOT / "docs" / "how-to" / "autoscale.md").read_text(encoding="utf-8")
    shown = yaml.safe_load(page.partition("```yaml\n")[2].partition("```")[0])
    assert loaded(EXAMPLES / "autoscaling" / "hpa.yaml") == shown


def test_its_query_asks_for_what_servers_count() -> None:
    """Each metric is explained on the page of the model server's metrics, its labels set by us."""
    (trigger,) = loaded(EXAMPLES / "autoscaling" / "keda.yaml")["spec"]["triggers"]
    query = trigger["metadata"]["query"]
    page = (ROOT / "docs" / "model-server-metrics.md").read_text(encoding="utf-8")
    assert set(METRIC.findall(query)) <= set(METRIC.findall(page))
    monitor = (ROOT / "charts/trainyard/templates/pod-monitor.yaml").read_text(encoding="utf-8")
    for label in re.findall(r"(\w+)=", query):
        assert label in monitor or label == "namespace"


def steps() -> list[dict[str, Any]]:
    """Return every step of the workflow."""
    return [step for job in loaded(WORKFLOW)["jobs"].values() for step in job["steps"]]


def texts(file: str) -> list[str]:
    """Return every text that stands in a Python file."""
    tree = ast.parse((PIPELINES / file).read_text(encoding="utf-8"))
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return [node.value for node in nodes if isinstance(node.value, str)]


def test_the_pipelines_type_commands_that_there_are() -> None:
    """Each with options that it knows."""
    typed = [step.get("run", "") for step in steps()] + texts("airflow.py")
    lines = [line for line in typed if line.startswith("trainyard ")]
    assert 6 == len(lines)
    for line in lines:
        # Help is shown once all words were understood.
        told = CliRunner().invoke(app, [*shlex.split(line)[1:], "--help"])
        assert 0 == told.exit_code, told.output


def test_words_that_no_command_knows_are_noticed() -> None:
    """Help does not hide them."""
    for words in (["lint", "--strictly", "x"], ["promoted", "x"]):
        assert 2 == CliRunner().invoke(app, [*words, "--help"]).exit_code


def test_the_pipeline_holds_no_secret_and_pins_its_steps() -> None:
    """What opens the cluster comes from the settings of the repository."""
    assert all("@v" in step["uses"] for step in steps() if "uses" in step)
    assert "secrets.KUBECONFIG" in WORKFLOW.read_text(encoding="utf-8")
    assert {"contents": "read"} == loaded(WORKFLOW)["permissions"]


def test_each_application_has_its_own_name_namespace_and_folder() -> None:
    """By the folder that the generator found."""
    spec = loaded(APPLICATIONS)["spec"]
    template = spec["template"]
    assert spec["goTemplate"] is True
    for text in (
        template["metadata"]["name"],
        template["spec"]["destination"]["namespace"],
        template["spec"]["source"]["path"],
    ):
        assert "{{.path." in text


def test_every_example_is_in_the_table() -> None:
    """Of the page that lists them."""
    page = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    folders = ("autoscaling", "pipelines", "gitops")
    every = [path for folder in folders for path in (EXAMPLES / folder).glob("*.*")]
    files = [path for path in every if path.suffix in {".py", ".yaml"}]
    missing = [path.name for path in files if str(path.relative_to(EXAMPLES)) not in page]
    assert (6, []) == (len(files), missing)
