"""The container that stores captured requests, and what the server gets of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from builders_serving import INSTALLATION, a_model_deployment, digest

from trainyard.installation import BucketStore
from trainyard.model_deployments.manifests import deployment
from trainyard.model_deployments.revision.identity import revision_of, template_digest

CAPTURE = {"sampledPercent": "2.5", "exclude": ["ssn"], "retentionDays": 7}
STORE = BucketStore("models", read_secret="readers")


def pod(**spec: Any) -> dict[str, Any]:
    """Return the pod of a revision of such a deployment."""
    resource = a_model_deployment(**spec)
    revision = revision_of(resource, digest("a"), "recipe-1", "mine/server:1")
    made = deployment(resource, revision, 1, "stable", replace(INSTALLATION, store=STORE))
    found: dict[str, Any] = made["spec"]["template"]["spec"]
    return found


def variables(container: dict[str, Any]) -> dict[str, str]:
    """Return its variables; of those that come from a secret the secret's name."""
    return {
        v["name"]: v.get("value", v.get("valueFrom", {}).get("secretKeyRef", {}).get("name"))
        for v in container["env"]
    }


def test_without_capture_the_pod_is_as_it_was() -> None:
    """Nothing that runs is another."""
    (server,) = pod()["containers"]
    assert not [name for name in variables(server) if "CAPTURE" in name]


def test_only_the_installation_s_own_image_has_the_store_s_keys() -> None:
    """The server's may be anybody's: it gets a socket, and columns that are excluded stay in it."""
    server, collector = pod(monitoring={"capture": CAPTURE}, server={"image": "mine/server:1"})[
        "containers"
    ]
    assert ("mine/server:1", "trainyard/training:1") == (server["image"], collector["image"])
    told = variables(server)
    assert ("2.5", '["ssn"]') == (
        told["TRAINYARD_CAPTURE_PERCENT"],
        told["TRAINYARD_CAPTURE_EXCLUDE"],
    )
    assert not [name for name in told if "STORE" in name or "AWS" in name]
    found = variables(collector)
    assert "trainyard-store" == found["AWS_SECRET_ACCESS_KEY"], "it writes"
    assert {
        "TRAINYARD_CAPTURE_FOLDER": f"captures/{a_model_deployment().metadata.uid}",
        "TRAINYARD_CAPTURE_PERCENT": "2.5",
        "TRAINYARD_CAPTURE_RETENTION_DAYS": "7",
        "TRAINYARD_BUNDLE_DIGEST": digest("a"),
        "TRAINYARD_CAPTURE_SOCKET": told["TRAINYARD_CAPTURE_SOCKET"],
        "TRAINYARD_REVISION": told["TRAINYARD_REVISION"],
    }.items() <= found.items()


def test_they_share_one_folder_and_nothing_else() -> None:
    """The server may use the socket in it, and write nothing there."""
    made = pod(monitoring={"capture": {}})
    server, collector = (
        {m["name"]: m.get("readOnly", False) for m in c["volumeMounts"]} for c in made["containers"]
    )
    shared = server.keys() & collector.keys()
    assert {"capture"} == shared
    assert (True, False) == (server["capture"], collector["capture"])
    assert server.keys() | collector.keys() <= {v["name"] for v in made["volumes"]}
    assert made["containers"][1]["securityContext"]["readOnlyRootFilesystem"]


@pytest.mark.parametrize("change", [{}, {"sampledPercent": 20}, {"exclude": ["a"]}])
def test_a_change_is_a_release(change: dict[str, Any]) -> None:
    """As any of the template is; and so is the first capture, by the defaults or not."""
    spec = a_model_deployment(monitoring={"capture": {"retentionDays": 8}}).spec
    changed = a_model_deployment(monitoring={"capture": change}).spec
    digests = {template_digest(s) for s in (spec, changed, a_model_deployment().spec)}
    assert 3 == len(digests)


def test_its_limits_can_be_said() -> None:
    """Else they are the installation's."""
    said = {"resources": {"limits": {"memory": "300Mi"}}}
    collector = pod(monitoring={"capture": said})["containers"][1]
    assert ("300Mi", "4") == (
        collector["resources"]["limits"]["memory"],
        collector["resources"]["limits"]["cpu"],
    )
