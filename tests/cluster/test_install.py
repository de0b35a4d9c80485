"""The life of a release on a real cluster: install, upgrade with CRDs, uninstall."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from chart_rendering import CHART, HELMS
from cluster_access import PATIENCE, ROOT, kubeconfig, kubectl, run, tool

pytestmark = [pytest.mark.cluster]

SAMPLES = Path(__file__).parent / "samples" / "good"
PLURALS = ("datasets", "trainingjobs", "modelversions", "modeldeployments")
CRDS = tuple(f"crd/{plural}.trainyard.dev" for plural in PLURALS)
RESTRICTED = {
    "apiVersion": "v1",
    "kind": "Namespace",
    "metadata": {
        "generateName": "install-",
        "labels": {"pod-security.kubernetes.io/enforce": "restricted"},
    },
}
OWNERSHIP = ("meta.helm.sh/release-name", "meta.helm.sh/release-namespace")
ADOPT = {
    "helm3": ("--take-ownership",),
    "helm4": ("--take-ownership", "--force-conflicts"),
}
"""What adopts CRDs that somebody installed without Helm; Helm 4 also asks who wins a conflict."""


@dataclass(frozen=True, slots=True)
class Release:
    """A release in a namespace of its own, working there only."""

    helm: str
    namespace: str

    def upgrade(self, *arguments: str) -> None:
        """Install or upgrade and wait until the operator is Ready."""
        repository, tag = "trainyard/operator", "dev"
        values = {
            "image.repository": repository,
            "image.tag": tag,
            "namespaces": f"{{{self.namespace}}}",
            "installation": self.namespace,
            "crds.enabled": "false",
        }
        settings = [word for key, value in values.items() for word in ("--set", f"{key}={value}")]
        self(
            *("upgrade", "--install", "trainyard", str(CHART), *settings),
            *("--wait", "--timeout", "600s", *arguments),
        )

    def __call__(self, *arguments: str) -> str:
        """Run Helm in the release's namespace and return what it printed."""
        bound = ("--kubeconfig", kubeconfig(), "-n", self.namespace)
        return run(tool(self.helm), *arguments, *bound).stdout

    def restarts(self) -> list[int]:
        """Return how often each of the operator's pods was started again."""
        path = "-o=jsonpath={.items[*].status.containerStatuses[*].restartCount}"
        found = self.kubectl("get", "pods", "-l", "app.kubernetes.io/name=trainyard", path)
        return [int(count) for count in found.split()]

    def kubectl(self, *arguments: str) -> str:
        """Run kubectl in the release's namespace and return what it printed."""
        return kubectl("-n", self.namespace, *arguments).stdout


@pytest.fixture(params=HELMS)
def release(request: pytest.FixtureRequest) -> Iterator[Release]:
    """Give a release not yet installed; afterwards nothing of it is left but the CRDs."""
    kubectl("apply", "--server-side", "--force-conflicts", "-f", str(ROOT / "crds"))
    made = kubectl("create", "-o", "name", "-f", "-", stdin=json.dumps(RESTRICTED)).stdout.strip()
    yield Release(request.param, made.removeprefix("namespace/"))
    kubectl("annotate", *CRDS, *(f"{name}-" for name in OWNERSHIP))
    kubectl("label", *CRDS, "app.kubernetes.io/managed-by-")
    kubectl("delete", made)


def test_a_release_lives(release: Release) -> None:
    """Install in a restricted namespace, look at every kind, upgrade the CRDs and keep them."""
    release.upgrade()
    rollout = release.kubectl("get", "deployment", "trainyard", "-o=jsonpath={.status}")
    assert json.loads(rollout)["readyReplicas"] == 1
    for sample in ("dataset", "trainingjob", "modeldeployment"):
        name = "tumour-model" if sample == "trainingjob" else "tumours"
        release.kubectl("apply", "-f", str(SAMPLES / f"{sample}-smallest.yaml"))
        looked_at = "--for=jsonpath={.status.observedGeneration}=1"
        release.kubectl("wait", looked_at, f"{sample}/{name}", "--timeout=600s")
    assert release.restarts() == [0]
    lease = release.kubectl("get", "lease", f"trainyard-{release.namespace}", "-o=name")
    assert lease.strip().startswith("lease")

    place = "/spec/versions/0/schema/openAPIV3Schema/description"
    stale = json.dumps([{"op": "replace", "path": place, "value": "stale"}])
    kubectl("patch", CRDS[0], "--type=json", "-p", stale)
    release.upgrade("--set", "crds.enabled=true", *ADOPT[release.helm])
    assert "stale" not in kubectl("explain", "dataset").stdout
    policies = [c["metadata"]["annotations"]["helm.sh/resource-policy"] for c in installed()]
    assert policies == ["keep"] * len(CRDS)

    release("uninstall", "trainyard", "--wait")
    left = release.kubectl("get", "deployments,roles,rolebindings,serviceaccounts", "-o=name")
    assert left.split() == ["serviceaccount/default"]
    assert len(installed()) == len(CRDS)


def test_the_operator_is_refused_what_it_was_not_given(release: Release) -> None:
    """With its service account neither secrets nor another namespace can be read."""
    release.upgrade()
    who = f"--as=system:serviceaccount:{release.namespace}:trainyard"
    answers = {
        question: kubectl("auth", "can-i", *question.split(), who, check=False).stdout.strip()
        for question in (
            f"list jobs.batch -n {release.namespace}",
            f"update datasets.trainyard.dev --subresource=status -n {release.namespace}",
            f"get secrets -n {release.namespace}",
            f"create pods --subresource=exec -n {release.namespace}",
            f"update datasets.trainyard.dev -n {release.namespace}",
            "list datasets.trainyard.dev -n default",
            f"get namespaces/{release.namespace} -n {release.namespace}",
            "list namespaces",
        )
    }
    assert list(answers.values()) == ["yes", "yes", "no", "no", "no", "no", "yes", "no"]


def test_the_page_shows_what_is_there(release: Release) -> None:
    """With its own account and image, and through the API server's proxy, as people reach it."""
    release.upgrade("--set", "page.enabled=true")
    release.kubectl("apply", "-f", str(SAMPLES / "modeldeployment-smallest.yaml"))
    place = f"/api/v1/namespaces/{release.namespace}/services/trainyard-page:http/proxy"
    model = f"models/{release.namespace}/tumours"
    release.kubectl("wait", "--for=jsonpath={.status.why}", "mdep/tumours", "--timeout=600s")
    deadline = time.monotonic() + PATIENCE
    while model not in (fleet := kubectl("get", "--raw", f"{place}/").stdout):
        assert time.monotonic() < deadline, fleet
        time.sleep(1)
    assert "SourceNotFound" in kubectl("get", "--raw", f"{place}/{model}").stdout
    who = f"--as=system:serviceaccount:{release.namespace}:trainyard-page"
    for question in ("get secrets", "list pods", "patch mdep", "get mdep"):
        asked = ("auth", "can-i", *question.split(), "-n", release.namespace, who)
        assert "no" == kubectl(*asked, check=False).stdout.strip(), question


def installed() -> list[dict[str, dict[str, dict[str, str]]]]:
    """Return our CRDs as the API server holds them."""
    items: list[dict[str, dict[str, dict[str, str]]]]
    items = json.loads(kubectl("get", *CRDS, "-o", "json").stdout)["items"]
    return items
