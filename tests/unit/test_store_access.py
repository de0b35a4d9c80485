"""How a pod reaches the store."""

from __future__ import annotations

from dataclasses import replace

from trainyard.installation import BucketStore, ClaimStore, Installation
from trainyard.store_access import store_environment, store_mounts, store_url, store_volumes

ON_CLAIM = Installation(
    operator_namespace="trainyard-system",
    id="main",
    store=ClaimStore("models", "shared"),
    training_image="training",
    serving_image="serving",
    router_image="envoy",
)
IN_BUCKET = replace(ON_CLAIM, store=BucketStore("bucket", "p", "http://s3:9000", "eu"))


def test_the_address_is_of_the_installation_and_the_namespace() -> None:
    """Two installations, and two namespaces, never see each other's files."""
    assert "file:///trainyard/store/shared/main/team-a" == store_url(ON_CLAIM, "team-a")
    assert "s3://bucket/p/main/team-a" == store_url(IN_BUCKET, "team-a")


def test_a_claim_is_mounted_and_needs_no_credentials() -> None:
    """Volume and mount belong together."""
    (volume,) = store_volumes(ON_CLAIM)
    (mount,) = store_mounts(ON_CLAIM, read_only=True)
    assert {"claimName": "models"} == volume["persistentVolumeClaim"]
    assert (volume["name"], "/trainyard/store", True) == (
        mount["name"],
        mount["mountPath"],
        mount["readOnly"],
    )
    assert ["TRAINYARD_STORE_URL"] == [v["name"] for v in store_environment(ON_CLAIM, "team-a")]


def test_a_bucket_takes_credentials_from_the_namespaces_own_secret() -> None:
    """By reference: the operator reads no secret, and a pod identity works without one."""
    assert ([], []) == (store_volumes(IN_BUCKET), store_mounts(IN_BUCKET, read_only=False))
    variables = {v["name"]: v for v in store_environment(IN_BUCKET, "team-a")}
    assert ("http://s3:9000", "eu") == tuple(
        variables[name]["value"] for name in ("TRAINYARD_STORE_ENDPOINT", "TRAINYARD_STORE_REGION")
    )
    assert {"name": "trainyard-store", "key": "accessKeyId", "optional": True} == variables[
        "AWS_ACCESS_KEY_ID"
    ]["valueFrom"]["secretKeyRef"]
