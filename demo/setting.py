"""What has to stand before the first act: namespaces, storage, Prometheus, the operator."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from string import Template

import yaml

from demo.kubectl import Kubectl
from demo.narration import Narrator
from demo.real_data import live_rows
from demo.waiting import StoryFailed

NAMESPACE = "trainyard-demo"
OPERATOR_NAMESPACE = "trainyard-system"
RELEASE = "trainyard"
CLAIM = "trainyard-store"
REPOSITORY = Path(__file__).resolve().parents[1]
MANIFESTS = Path(__file__).parent / "manifests"
RESTRICTED = {"pod-security.kubernetes.io/enforce": "restricted"}
PUBLIC_ENVOY = "docker.io/envoyproxy/envoy:v1.40.0"
PUBLIC_PROMETHEUS = "docker.io/prom/prometheus:v3.5.0"
PUBLIC_ALERTMANAGER = "docker.io/prom/alertmanager:v0.28.1"


class Dollars(Template):
    """`$(NAME)` is filled in; every other dollar sign is left alone."""

    pattern = r"""
    \$(?:(?P<escaped>(?!))|(?P<named>(?!))|\((?P<braced>[A-Z_]+)\)|(?P<invalid>(?!)))
    """  # type: ignore[assignment]  # the stub says str, the metaclass compiles it


@dataclass(frozen=True, slots=True)
class Images:
    """Which images the story runs."""

    operator: str = "trainyard/operator:dev"
    training: str = "trainyard/training:dev"
    federated: str = "trainyard/training-federated:dev"
    serving: str = "trainyard/serving:dev"
    serving_sklearn: str = "trainyard/serving-sklearn:dev"
    router: str = "trainyard/envoy:dev"
    prometheus: str = "trainyard/prometheus:dev"
    alertmanager: str = "trainyard/prometheus:dev"


def devcluster(*words: str) -> str:
    """Return what `python3 -m devcluster …` printed; raises StoryFailed with its complaint."""
    done = subprocess.run(
        [sys.executable, "-m", "devcluster", *words],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise StoryFailed(f"devcluster {' '.join(words)} failed; its words are above")
    return done.stdout.strip()


def images_of(cluster: str) -> Images:
    """Return the images for the cluster: where nothing can be pulled, stand-ins from packages."""
    if cluster == "devcluster":
        return Images()
    return Images(
        router=PUBLIC_ENVOY, prometheus=PUBLIC_PROMETHEUS, alertmanager=PUBLIC_ALERTMANAGER
    )


def bound_kubectl(namespace: str) -> Kubectl:
    """Return kubectl for the cluster of the story, and for no other."""
    program, kubeconfig = devcluster("target", "kubectl"), devcluster("target", "kubeconfig")
    return Kubectl(program, Path(kubeconfig), namespace)


def prepare(kubectl: Kubectl, operator: Kubectl, narrator: Narrator) -> Images:
    """Make everything that the acts need; a story told before is swept away first."""
    images = images_of(devcluster("target", "name"))
    sweep(kubectl, operator)
    for namespace in (NAMESPACE, OPERATOR_NAMESPACE):
        labels = {"name": namespace, "labels": RESTRICTED}
        kubectl.apply(json.dumps({"apiVersion": "v1", "kind": "Namespace", "metadata": labels}))
    devcluster("target", "volume", NAMESPACE, CLAIM)
    narrator.say("a small Prometheus with an Alertmanager, and the operator from its chart:")
    start_prometheus(kubectl, images)
    start_alertmanager(kubectl, images)
    install_operator(operator, narrator, images)
    operator.apply((MANIFESTS / "operator-metrics.yaml").read_text())
    for name in ("prometheus", "alertmanager"):
        kubectl.run("rollout", "status", f"deployment/{name}", "--timeout=600s", timeout=630)
    return images


def install_operator(operator: Kubectl, narrator: Narrator, images: Images) -> None:
    """Install the chart as a new user would, and wait until the operator is ready."""
    values = {
        "image.repository": images.operator.rpartition(":")[0],
        "image.tag": images.operator.rpartition(":")[2],
        "images.training": images.training,
        "images.federated": images.federated,
        "images.serving": images.serving,
        "images.servingSklearn": images.serving_sklearn,
        "images.router": images.router,
        "namespaces": f"{{{NAMESPACE}}}",
        "store.url": f"pvc://{CLAIM}",
        "prometheus.url": f"http://prometheus.{NAMESPACE}.svc:9090",
    }
    narrator.applied(
        f"helm install {RELEASE} charts/trainyard -n {OPERATOR_NAMESPACE} \\\n"
        + " \\\n".join(f"  --set {key}={value}" for key, value in values.items()),
        "sh",
    )
    settings = [word for key, value in values.items() for word in ("--set", f"{key}={value}")]
    settings.append("--take-ownership")  # of CRDs that were applied without Helm
    helm(operator, "upgrade", "--install", RELEASE, str(REPOSITORY / "charts/trainyard"), *settings)
    operator.run("rollout", "status", f"deployment/{RELEASE}", "--timeout=600s", timeout=630)


def helm(operator: Kubectl, *words: str) -> None:
    """Run helm on the cluster of the story; raises StoryFailed with its complaint."""
    program = shutil.which("helm") or devcluster("tool", "helm4")
    bound = ["--kubeconfig", str(operator.kubeconfig), "--namespace", operator.namespace]
    done = subprocess.run(
        [program, *words, *bound], capture_output=True, text=True, check=False, timeout=600
    )
    if done.returncode != 0:
        raise StoryFailed(f"helm {words[0]}: {done.stderr.strip()}")


def start_prometheus(kubectl: Kubectl, images: Images) -> None:
    """Start a Prometheus that scrapes the pods of the namespace which ask for it."""
    mount(kubectl, "discover", {"discover_pods.py": script("discover_pods.py")})
    mount(kubectl, "rules", {"rules.yaml": alert_rules()})
    text = (MANIFESTS / "prometheus.yaml").read_text()
    names = {
        "PROMETHEUS_IMAGE": images.prometheus,
        "OPERATOR_IMAGE": images.operator,
        "OPERATOR_METRICS": f"trainyard-metrics.{OPERATOR_NAMESPACE}.svc:8080",
    }
    kubectl.apply(Dollars(text).substitute(names))


def alert_rules() -> str:
    """Return the alerts that the chart ships; a story has no quarter of an hour to wait for one."""
    rules = yaml.safe_load((REPOSITORY / "charts/trainyard/alerts/rules.yaml").read_text())
    for group in rules["groups"]:
        for rule in group["rules"]:
            rule.pop("for", None)
    return yaml.safe_dump(rules, sort_keys=False)


def start_alertmanager(kubectl: Kubectl, images: Images) -> None:
    """Start an Alertmanager that posts every alert to a webhook."""
    mount(kubectl, "webhook", {"webhook.py": script("webhook.py")})
    text = (MANIFESTS / "alertmanager.yaml").read_text()
    names = {"ALERTMANAGER_IMAGE": images.alertmanager, "OPERATOR_IMAGE": images.operator}
    kubectl.apply(Dollars(text).substitute(names))


def start_client(kubectl: Kubectl, images: Images) -> None:
    """Start the client under constant load."""
    files = {"load_client.py": script("load_client.py"), "live.csv": live_rows().csv}
    mount(kubectl, "client", files)
    text = (MANIFESTS / "client.yaml").read_text()
    kubectl.apply(Dollars(text).substitute(OPERATOR_IMAGE=images.operator))


def script(name: str) -> str:
    """Return the text of a program that runs inside the cluster."""
    return (Path(__file__).parent / "in_cluster" / name).read_text()


def mount(kubectl: Kubectl, name: str, files: dict[str, str]) -> None:
    """Make a ConfigMap of the files, for a pod to mount."""
    head = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}}
    kubectl.apply(json.dumps(head | {"data": files}))


def sweep(kubectl: Kubectl, operator: Kubectl) -> None:
    """Remove the operator and the namespace of an earlier story, and the volume behind it."""
    if operator.get("deployment", RELEASE):
        helm(operator, "uninstall", RELEASE, "--wait")
    kubectl.run("delete", "namespace", NAMESPACE, "--ignore-not-found", timeout=600)
    volume = f"{NAMESPACE}-{CLAIM}"
    kubectl.run("delete", "persistentvolume", volume, "--ignore-not-found")


def clean(kubectl: Kubectl, operator: Kubectl) -> None:
    """Remove everything that the story made in the cluster, the kinds included."""
    sweep(kubectl, operator)
    kubectl.run("delete", "namespace", OPERATOR_NAMESPACE, "--ignore-not-found", timeout=600)
    names = ("datasets", "trainingjobs", "modelversions", "modeldeployments", "approvals")
    kinds = [f"{name}.trainyard.dev" for name in names]
    kubectl.run("delete", "crd", *kinds, "--ignore-not-found", timeout=600)
