"""The bundle for the Operator Lifecycle Manager, by its own validator and beside the chart."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from chart_rendering import only, render
from cluster_access import ROOT, run, tool

VALIDATE = ("manifests", "--operatorhub_validate", "--object_validate")


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """Give the bundle as a release has it."""
    run(sys.executable, str(ROOT / "charts" / "olm.py"), str(tmp_path))
    return tmp_path


def read(path: Path) -> dict[str, Any]:
    """Return the only document of a file."""
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def version_of(bundle: Path) -> dict[str, Any]:
    """Return the ClusterServiceVersion."""
    return read(bundle / "manifests" / "trainyard.clusterserviceversion.yaml")


def faults(bundle: Path) -> list[str]:
    """Return what the validator calls an error; it ends with 0 all the same."""
    told = run(tool("operator-verify"), *VALIDATE, str(bundle))
    return [line for line in told.stderr.splitlines() if "level=warning" not in line]


def test_the_validator_finds_no_error(bundle: Path) -> None:
    """The one that OperatorHub runs."""
    assert [] == faults(bundle)


def test_it_would_find_one(bundle: Path) -> None:
    """A kind that is called owned and is not in the bundle."""
    (bundle / "manifests" / "datasets.trainyard.dev.crd.yaml").unlink()
    assert any("level=error" in line and "Kind=Dataset" in line for line in faults(bundle))


def test_olm_installs_what_the_chart_installs(bundle: Path) -> None:
    """The same pods with the same rights, and every image is named for clusters without a way
    outside.
    """
    spec = version_of(bundle)["spec"]
    install, manifests = spec["install"]["spec"], render()
    (deployment,) = install["deployments"]
    chart = only(manifests, "Deployment")
    pod = chart["spec"]["template"]["spec"]
    assert pod == deployment["spec"]["template"]["spec"]
    rules = {m["metadata"]["name"]: m["rules"] for m in manifests if m["kind"].endswith("Role")}
    (everywhere,), (here,) = install["clusterPermissions"], install["permissions"]
    assert rules["trainyard"] == everywhere["rules"]
    assert rules["trainyard-lease"] == here["rules"]
    (container,) = pod["containers"]
    started = {e["value"] for e in container["env"] if e["name"].endswith("_IMAGE")}
    assert {container["image"], *started} == {image["image"] for image in spec["relatedImages"]}


def test_what_olm_does_not_make_lies_beside_it(bundle: Path) -> None:
    """Every object of the chart is there in one form or the other."""
    lying = [read(path) for path in (bundle / "manifests").glob("*.yaml")]
    there = {(m["kind"], m["metadata"]["name"]) for m in lying}
    made = {
        *(("ServiceAccount", "trainyard"), ("Deployment", "trainyard")),
        *(("ClusterRole", "trainyard"), ("ClusterRoleBinding", "trainyard")),
        *(("Role", "trainyard-lease"), ("RoleBinding", "trainyard-lease")),
    }
    assert {(m["kind"], m["metadata"]["name"]) for m in render()} <= there | made


def test_every_kind_is_owned(bundle: Path) -> None:
    """As its CRD says it."""
    owned = version_of(bundle)["spec"]["customresourcedefinitions"]["owned"]
    crds = [read(path) for path in sorted((ROOT / "crds").glob("*.yaml"))]
    assert [crd["metadata"]["name"] for crd in crds] == [kind["name"] for kind in owned]


def test_a_registry_finds_its_way(bundle: Path) -> None:
    """The labels of the image are those of the metadata."""
    labels = read(bundle / "metadata" / "annotations.yaml")["annotations"]
    text = (bundle / "bundle.Dockerfile").read_text(encoding="utf-8")
    for key, value in labels.items():
        assert f"LABEL {key}={value}\n" in text
        if key.endswith(("manifests.v1", "metadata.v1")):
            assert (bundle / value).is_dir()
