"""Both images of the server on a real node: what each serves, within what, and what it refuses."""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import serving_bundles as bundles
from cluster_access import kubectl
from serving_bundles import Sample

from trainyard.api.pod_settings import PodSettings
from trainyard.pod_defaults import PodDefaults
from trainyard.pod_security import SCRATCH_VOLUME, hardened_container, hardened_pod

pytestmark = [pytest.mark.cluster]

SMALL, LARGE = "trainyard/serving:dev", "trainyard/serving-sklearn:dev"
RESTRICTED = {"pod-security.kubernetes.io/enforce": "restricted"}
FOLDER = "/trainyard/bundle"
PORT = 8080


@dataclass(frozen=True, slots=True)
class Place:
    """A namespace with bundles in ConfigMaps and a server pod for each case."""

    namespace: str

    def apply(self, *objects: dict[str, Any]) -> None:
        """Apply objects in the namespace."""
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
        kubectl("-n", self.namespace, "apply", "-f", "-", stdin=text)

    def server(self, name: str) -> dict[str, Any]:
        """Return the status of the pod's container once it is ready or has ended."""
        for _ in range(90):
            found = kubectl("-n", self.namespace, "get", "pod", name, "-o", "json")
            status = json.loads(found.stdout)["status"]
            container: dict[str, Any] = (status.get("containerStatuses") or [{}])[0]
            if container.get("ready") or "terminated" in container.get("state", {}):
                return container
            time.sleep(1)
        raise AssertionError(f"pod {name}: neither ready nor ended: {status}")

    def path(self, name: str, path: str) -> str:
        """Return the path of the API server's proxy to the pod."""
        return f"/api/v1/namespaces/{self.namespace}/pods/{name}:{PORT}/proxy{path}"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """All pods start at once."""
    found = Place(f"server-images-{secrets.token_hex(3)}")
    metadata = {"name": found.namespace, "labels": RESTRICTED}
    kubectl(
        *("apply", "-f", "-"),
        stdin=json.dumps({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}),
    )
    folder = tmp_path_factory.mktemp("bundles")
    onnx, native = (
        bundles.packed(folder / kind, bundles.linear(), bundles.tumours(), (kind,))
        for kind in ("onnx", "skops")
    )
    found.apply(
        _config_map("onnx", onnx),
        _config_map("native", native),
        _pod("small-onnx", SMALL, "onnx", onnx),
        _pod("small-native", SMALL, "native", native),
        _pod("large-onnx", LARGE, "onnx", onnx),
        _pod("large-native", LARGE, "native", native),
    )
    yield found
    kubectl("delete", "namespace", found.namespace, "--wait=false")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("small-onnx", id="ONNX in the small image, within 100 MiB"),
        pytest.param("large-onnx", id="ONNX in the larger image, within 100 MiB"),
        pytest.param("large-native", id="scikit-learn in the larger image"),
    ],
)
def test_a_bundle_is_served(place: Place, name: str, tmp_path: Path) -> None:
    """Not root, with a read-only root; the answer to the bundle's example is the bundle's own."""
    status = place.server(name)
    assert (True, 0) == (status["ready"], status["restartCount"]), status
    example = kubectl("get", "--raw", place.path(name, "/v2/models/m/example")).stdout
    body = tmp_path / "body.json"
    body.write_text(example)
    target = place.path(name, "/v2/models/m/infer")
    for _ in range(10):
        answer = json.loads(kubectl("create", "--raw", target, "-f", str(body)).stdout)
    assert ["benign"] == answer["outputs"][0]["data"]
    assert 0 == place.server(name)["restartCount"]


def test_the_small_image_names_the_one_that_is_needed(place: Place) -> None:
    """Where the operator reads it."""
    ended = place.server("small-native")["state"]["terminated"]
    assert 16 == ended["exitCode"]
    assert "scikit-learn serves this bundle and this image lacks it" in ended["message"]


def _config_map(name: str, sample: Sample) -> dict[str, Any]:
    files = {
        path.name: base64.b64encode(path.read_bytes()).decode()
        for path in sample.directory.iterdir()
        if path.is_file()
    }
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name},
        "binaryData": files,
    }


def _server(image: str, bundle: str, sample: Sample) -> dict[str, Any]:
    variables = {
        "TRAINYARD_BUNDLE_DIGEST": sample.digest,
        "TRAINYARD_BUNDLE_DIR": FOLDER,
        "TRAINYARD_MODEL_NAME": "m",
        "TRAINYARD_REVISION": "m-1",
        "TRAINYARD_DRAIN_SECONDS": "0",
    }
    memory = "100Mi" if bundle == "onnx" else "300Mi"
    return {
        "name": "server",
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "env": [{"name": key, "value": value} for key, value in variables.items()],
        "readinessProbe": {
            "httpGet": {"path": "/v2/health/ready", "port": PORT},
            "periodSeconds": 1,
        },
        "resources": {"requests": {"cpu": "50m"}, "limits": {"memory": memory}},
        "volumeMounts": [{"name": "bundle", "mountPath": FOLDER, "readOnly": True}],
    }


def _pod(name: str, image: str, bundle: str, sample: Sample) -> dict[str, Any]:
    # A ConfigMap's files are links, and a bundle is refused that is not files.
    copies = {
        "name": "copy",
        "image": image,
        "command": ["sh", "-c", f"cp -L /configured/* {FOLDER}/"],
        "volumeMounts": [
            {"name": "configured", "mountPath": "/configured", "readOnly": True},
            {"name": "bundle", "mountPath": FOLDER},
        ],
    }
    pod = hardened_pod(PodSettings(), PodDefaults()) | {
        "restartPolicy": "Never",
        "initContainers": [hardened_container(copies)],
        "containers": [hardened_container(_server(image, bundle, sample))],
        "volumes": [
            {"name": SCRATCH_VOLUME, "emptyDir": {}},
            {"name": "bundle", "emptyDir": {}},
            {"name": "configured", "configMap": {"name": bundle}},
        ],
    }
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": pod}
