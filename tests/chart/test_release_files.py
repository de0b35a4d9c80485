"""What a release consists of beside the images: bills of materials and the workflows."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from a_recorded_version import all_recorded, alone
from chart_rendering import only, render
from cluster_access import ROOT

from trainyardctl.ml_bom import ml_bom
from trainyardctl.model_card import model_card
from trainyardctl.provenance import provenance
from trainyardctl.recorded import Recorded

UV = str(Path(sys.executable).with_name("uv"))
TOOLS = (UV, "run", "--quiet", "--no-project", "--isolated", "--python", sys.executable)
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yaml"))


def with_tools(*command: str) -> str:
    """Run a command in the environment that makes bills of materials."""
    requirements = str(ROOT / "requirements" / "sbom.txt")
    whole = (*TOOLS, "--with-requirements", requirements, *command)
    return subprocess.run(whole, check=True, capture_output=True, text=True, cwd=ROOT).stdout


def test_the_bill_of_the_chart_names_every_image() -> None:
    """Those of the default values: the operator's and what it starts."""
    bill = json.loads(with_tools("python", "charts/sbom.py"))
    assert ("CycloneDX", "trainyard") == (bill["bomFormat"], bill["metadata"]["component"]["name"])
    listed = {f"{c['name']}:{c['version']}" for c in bill["components"]}
    (container,) = only(render(), "Deployment")["spec"]["template"]["spec"]["containers"]
    started = {e["value"] for e in container["env"] if e["name"].endswith("_IMAGE")}
    assert {container["image"], *started} == listed


def test_the_bill_of_an_image_names_every_package_with_its_hash() -> None:
    """Those of its lock file, and the same file each time."""
    lock = "requirements/operator.txt"
    command = ("cyclonedx-py", "requirements", "--output-reproducible", "--short-PURLs", lock)
    text = with_tools(*command)
    pinned = re.findall(r"^([\w.-]+)==([\w.]+)", (ROOT / lock).read_text("utf-8"), re.MULTILINE)
    found = json.loads(text)["components"]
    assert sorted(pinned) == sorted((c["name"], c["version"]) for c in found)
    assert all(c["externalReferences"][0]["hashes"] for c in found)
    assert text == with_tools(*command)


VALIDATED = """
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
print(JsonStrictValidator(SchemaVersion.V1_6).validate_str(sys.argv[1]))
"""


@pytest.mark.parametrize("of", [all_recorded(), alone()], ids=["all recorded", "hardly anything"])
def test_the_bill_of_a_model_is_of_the_standards_schema(of: Recorded) -> None:
    """Strictly: a field that the schema does not know is refused."""
    document = ml_bom(of)
    assert "None" == with_tools("python", "-c", VALIDATED, json.dumps(document)).strip()
    wrong = json.dumps({**document, "models": []})
    assert "None" != with_tools("python", "-c", VALIDATED, wrong).strip()


CHECKED = """
import json, sys
from google.protobuf.json_format import Parse
from in_toto_attestation.predicates.provenance.v1.provenance_pb2 import Provenance
from in_toto_attestation.v1.statement import Statement
from in_toto_attestation.v1.statement_pb2 import Statement as Message
Statement.copy_from_pb(Parse(sys.argv[1], Message())).validate()
Parse(json.dumps(json.loads(sys.argv[1])["predicate"]), Provenance())
"""


@pytest.mark.parametrize("of", [all_recorded(), alone()], ids=["all recorded", "hardly anything"])
def test_where_a_model_comes_from_is_an_in_toto_statement(of: Recorded) -> None:
    """By the library of the format's authors, which refuses unknown fields and empty subjects."""
    requirements = str(ROOT / "requirements" / "peers-in-toto.txt")
    whole = (*TOOLS, "--with-requirements", requirements, "python", "-c", CHECKED)
    document = provenance(of)
    subprocess.run((*whole, json.dumps(document)), check=True)
    wrong = {**document, "subject": []}
    assert subprocess.run((*whole, json.dumps(wrong)), check=False, capture_output=True).returncode


READ_BY_THE_HUB = """
import json, sys
from huggingface_hub import ModelCard
data = ModelCard(sys.argv[1], ignore_metadata_errors=False).data
results = data.eval_results or []
found = {r.metric_type: [r.metric_value, r.task_type, r.dataset_name] for r in results}
print(json.dumps([data.license, data.library_name, data.pipeline_tag, data.model_name, found]))
"""


def read_by_the_hub(card: str) -> subprocess.CompletedProcess[str]:
    """Return what the hub's own library makes of the card."""
    requirements = str(ROOT / "requirements" / "peers-huggingface-hub.txt")
    whole = (*TOOLS, "--with-requirements", requirements, "python", "-c", READ_BY_THE_HUB, card)
    return subprocess.run(whole, check=False, capture_output=True, text=True)


def test_the_hub_reads_the_card_of_a_model() -> None:
    """Licence, library, task and every metric; a result that it cannot read it would refuse."""
    card = model_card(all_recorded())
    done = read_by_the_hub(card)
    assert 0 == done.returncode, done.stderr
    task = "tabular-classification"
    metrics = {"accuracy": [0.91, task, "cellar"], "roc_auc": [0.97, task, "cellar"]}
    expected = ["apache-2.0", "onnx", task, "wine-bbbbbbbbbb", metrics]
    assert expected == json.loads(done.stdout)
    assert 0 == read_by_the_hub(model_card(alone())).returncode
    assert read_by_the_hub(card.replace("metrics:", "measures:")).returncode


@pytest.mark.parametrize("path", [pytest.param(p, id=p.stem) for p in WORKFLOWS])
def test_a_workflow_does_what_anybody_can_do(path: Path) -> None:
    """Its own steps are targets of the Makefile that exist, and its rights are named."""
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    made = [
        word
        for step in steps
        for line in re.findall(r"make ([a-z -]+)", step.get("run", ""))
        for word in line.split()
    ]
    assert made
    assert set(made) <= set(targets)
    assert "permissions" in workflow
