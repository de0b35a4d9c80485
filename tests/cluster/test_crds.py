"""The CRDs on a real API server: what it accepts, refuses, answers and explains."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from cluster_access import ROOT, kubectl
from declared import MODELS, declared

pytestmark = pytest.mark.cluster

OF_OTHER_TOOLS = {
    "kustomization.yaml",
    "keda.yaml",
    "argocd-applicationset.yaml",
    "github-actions.yaml",
    "values.yaml",
}
"""Nothing that an API server without them knows; tests/unit/test_familiar_tools.py reads them."""
SAMPLES = Path(__file__).parent / "samples"
PLURALS = ("datasets", "trainingjobs", "modelversions", "modeldeployments", "batchpredictions")
EXPECTED = "# expected: "


def samples(folder: str) -> list[pytest.ParameterSet]:
    """Return the sample files of the folder, each named by what it shows."""
    return [pytest.param(path, id=path.stem) for path in sorted((SAMPLES / folder).glob("*.yaml"))]


def examples() -> list[pytest.ParameterSet]:
    """Return the example files that people are told to apply."""
    return [
        pytest.param(path, id=str(path.relative_to(ROOT)))
        for path in sorted((ROOT / "examples").rglob("*.yaml"))
        if path.name not in OF_OTHER_TOOLS
    ]


def guides() -> list[pytest.ParameterSet]:
    """Return the pages on how to do something; what stands on one of them is Python, run itself."""
    pages = sorted((ROOT / "docs" / "how-to").glob("*.md"))
    return [pytest.param(page, id=page.stem) for page in pages if page.stem != "from-a-notebook"]


@pytest.fixture(scope="module", autouse=True)
def _installed() -> None:
    """Install the committed CRDs, as an upgrade would, and wait until they are served."""
    kubectl("apply", "--server-side", "--force-conflicts", "-f", str(ROOT / "crds"), "-o", "name")
    names = [f"crd/{plural}.trainyard.dev" for plural in PLURALS]
    kubectl("wait", "--for=condition=Established", "--timeout=600s", *names)


@contextmanager
def made(namespaces: set[str]) -> Iterator[None]:
    """Have these namespaces for a while: even what is only tried needs the one that it names."""
    there = set(kubectl("get", "ns", "-o", "jsonpath={.items[*].metadata.name}").stdout.split())
    missing = sorted(namespaces - there)
    for name in missing:
        kubectl("create", "namespace", name)
    try:
        yield
    finally:
        for name in missing:
            kubectl("delete", "namespace", name, "--wait=false")


@pytest.fixture
def namespace() -> Iterator[str]:
    """Give a namespace that goes with everything in it."""
    made = kubectl("create", "-o", "name", "-f", "-", stdin=NAMESPACE).stdout.strip()
    yield made.removeprefix("namespace/")
    kubectl("delete", "--wait=false", made)


NAMESPACE = '{"apiVersion":"v1","kind":"Namespace","metadata":{"generateName":"crds-"}}'


def test_the_api_server_finds_no_fault_with_the_crds() -> None:
    """Structural, no condition of violation, every CEL rule within its cost."""
    names = [f"crd/{plural}.trainyard.dev" for plural in PLURALS]
    items = json.loads(kubectl("get", *names, "-o", "json").stdout)["items"]
    faults = [
        (item["metadata"]["name"], condition["message"])
        for item in items
        for condition in item["status"]["conditions"]
        if condition["type"] == "NonStructuralSchema"
        or (condition["type"] in ("Established", "NamesAccepted") and condition["status"] != "True")
    ]
    assert faults == []


@pytest.mark.parametrize("path", samples("good"))
def test_a_good_sample_is_accepted(path: Path) -> None:
    """Strict validation finds no unknown field and no rule refuses it."""
    kubectl("create", "--dry-run=server", "--validate=strict", "-f", str(path))


def documents(text: str) -> Iterator[dict[str, Any]]:
    """Yield what kubectl prints of a file with several objects: one after the other."""
    decoder, rest = json.JSONDecoder(), text.strip()
    while rest:
        found, end = decoder.raw_decode(rest)
        yield found
        rest = rest[end:].strip()


@pytest.mark.parametrize("kind", MODELS)
def test_the_api_server_fills_in_what_the_operator_would_assume(kind: str) -> None:
    """Read with its stored defaults, an object means what its file means to the models."""
    for path, expected in declared(MODELS[kind]):
        stored = kubectl("create", "--dry-run=server", "-o", "json", "-f", str(path)).stdout
        (found,) = (
            MODELS[kind].model_validate(document)
            for document in documents(stored)
            if (document["kind"], document["metadata"]["name"]) == (kind, expected.metadata.name)
        )
        assert getattr(expected, "spec", None) == getattr(found, "spec", None), path.name


@pytest.mark.parametrize("path", examples())
def test_an_example_is_accepted(path: Path) -> None:
    """What the documentation tells people to apply is valid, word for word."""
    kubectl("apply", "--dry-run=server", "--validate=strict", "-f", str(path))


@pytest.mark.parametrize("page", guides())
def test_the_manifests_of_a_guide_are_accepted(page: Path) -> None:
    """What a page tells people to apply is valid, word for word."""
    manifests = re.findall(
        r"^```yaml\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert manifests, "the page shows no manifest"
    stdin = "---\n".join(text for text in manifests if "\nkind: Kustomization\n" not in text)
    documents = (one for one in yaml.safe_load_all(stdin) if one)
    with made({one["metadata"].get("namespace", "default") for one in documents}):
        kubectl("apply", "--dry-run=server", "--validate=strict", "-f", "-", stdin=stdin)


def test_the_whole_example_is_accepted() -> None:
    """Data and manifests go in with one command."""
    kubectl("apply", "--dry-run=server", "--validate=strict", "-k", str(ROOT / "examples" / "iris"))


@pytest.mark.parametrize("path", samples("bad"))
def test_a_bad_sample_is_refused_with_a_message_that_helps(path: Path) -> None:
    """The answer holds the sentence that the sample's first line names."""
    first_line = path.read_text(encoding="utf-8").partition("\n")[0]
    expected = first_line.removeprefix(EXPECTED)
    answer = kubectl(
        "create", "--dry-run=server", "--validate=strict", "-f", str(path), check=False
    )
    assert first_line.startswith(EXPECTED)
    assert (answer.returncode, expected) == (1, expected)
    assert expected in " ".join(answer.stderr.split())


def test_the_spec_of_a_model_version_never_changes(namespace: str) -> None:
    """Neither a change nor the removal of an optional field passes."""
    good = str(SAMPLES / "good" / "modelversion-whole.yaml")
    kubectl("create", "-n", namespace, "-f", good)
    for patch in ('{"spec":{"run":"another"}}', '{"spec":{"metrics":null}}'):
        answer = kubectl(
            *("patch", "modelversion", "tumour-model-aaaaaaaaaa", "-n", namespace),
            *("--type=merge", "-p", patch),
            check=False,
        )
        assert "a ModelVersion's spec never changes" in answer.stderr


def test_defaults_are_stored_and_a_second_apply_changes_nothing(namespace: str) -> None:
    """What is in force is what is shown, and GitOps tools see no difference."""
    good = str(SAMPLES / "good" / "modeldeployment-smallest.yaml")
    kubectl("apply", "-n", namespace, "-f", good)
    answer = kubectl("get", "mdep", "tumours", "-n", namespace, "-o", "json").stdout
    stored = json.loads(answer)
    again = kubectl("apply", "-n", namespace, "-f", good).stdout
    assert stored["spec"]["traffic"] == {"mode": "Router", "router": "Releasing"}
    assert (stored["metadata"]["generation"], "unchanged" in again) == (1, True)
    assert {"observedGeneration": 0} == stored["status"]


def test_scale_works_before_the_operator_said_anything(namespace: str) -> None:
    """An autoscaler reads and writes `replicas` of a new ModelDeployment."""
    good = str(SAMPLES / "good" / "modeldeployment-smallest.yaml")
    kubectl("apply", "-n", namespace, "-f", good)
    kubectl("scale", "mdep/tumours", "-n", namespace, "--replicas=3")
    path = "-o=jsonpath={.spec.replicas}"
    assert kubectl("get", "mdep", "tumours", "-n", namespace, path).stdout == "3"


def test_a_status_write_leaves_the_spec_alone(namespace: str) -> None:
    """Status is a subresource: what is in the body beside it is ignored."""
    good = str(SAMPLES / "good" / "dataset-smallest.yaml")
    kubectl("apply", "-n", namespace, "-f", good)
    patch = json.dumps({"spec": {"target": "other"}, "status": {"observedGeneration": 1}})
    kubectl(
        *("patch", "dataset", "tumours", "-n", namespace, "--subresource=status"),
        *("--type=merge", "-p", patch),
    )
    stored = json.loads(kubectl("get", "dset", "tumours", "-n", namespace, "-o", "json").stdout)
    assert (stored["spec"]["target"], stored["status"]) == ("diagnosis", {"observedGeneration": 1})


def test_the_category_and_the_short_names_find_everything(namespace: str) -> None:
    """`kubectl get trainyard` lists all kinds; each answers to its short name."""
    for sample in ("dataset", "trainingjob", "modeldeployment", "batchprediction"):
        path = SAMPLES / "good" / f"{sample}-smallest.yaml"
        kubectl("create", "-n", namespace, "-f", str(path))
    kubectl("create", "-n", namespace, "-f", str(SAMPLES / "good" / "modelversion-whole.yaml"))
    by_category = kubectl("get", "trainyard", "-n", namespace, "-o", "name").stdout.split()
    by_short_name = kubectl(
        "get", "dset,tj,mv,mdep,bp", "-n", namespace, "-o", "name"
    ).stdout.split()
    assert len(by_category) == 5
    assert sorted(by_category) == sorted(by_short_name)


@pytest.mark.parametrize("plural", PLURALS)
def test_explain_says_what_the_models_say(plural: str) -> None:
    """The descriptions of spec in the CRD reach `kubectl explain`."""
    crd = yaml.safe_load((ROOT / "crds" / f"{plural}.yaml").read_text(encoding="utf-8"))
    (version,) = crd["spec"]["versions"]
    fields = version["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
    shown = " ".join(kubectl("explain", f"{plural}.spec").stdout.split())
    missing = [name for name, node in fields.items() if node["description"] not in shown]
    assert missing == []
