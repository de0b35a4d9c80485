"""How a pod reaches the store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from builders_serving import a_model_deployment
from builders_serving import digest as bundle_digest
from builders_training import NOW, a_dataset, a_model_version, a_training_job, digest
from declared import a_refresh, a_run
from pydantic import BaseModel

from trainyard.api.base import Resource
from trainyard.api.v1alpha1.dataset import Dataset
from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.model_version import EvaluateJob, ModelVersion
from trainyard.api.v1alpha1.task import TaskPhase
from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.datasets.manifests import ingest_job, report_job_of
from trainyard.installation import BucketStore, ClaimStore, Installation
from trainyard.model_deployments.manifests import deployment
from trainyard.model_deployments.revision.identity import revision_of
from trainyard.model_deployments.traffic.router_manifests import deployment as router_deployment
from trainyard.model_versions.manifests import evaluate_job, evaluate_report_job
from trainyard.pod_defaults import PodDefaults
from trainyard.store_access import (
    SECRET,
    VOLUME,
    store_environment,
    store_mounts,
    store_url,
    store_volumes,
)
from trainyard.training_jobs.manifests import run_job, run_report_job

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
    found = store_environment(ON_CLAIM, "team-a", read_only=True)
    assert ["TRAINYARD_STORE_URL"] == [v["name"] for v in found]


def test_a_bucket_takes_credentials_from_the_namespaces_own_secret() -> None:
    """By reference: the operator reads no secret, and a pod identity works without one."""
    assert ([], []) == (store_volumes(IN_BUCKET), store_mounts(IN_BUCKET, read_only=False))
    variables = {v["name"]: v for v in store_environment(IN_BUCKET, "team-a", read_only=False)}
    assert ("http://s3:9000", "eu") == tuple(
        variables[name]["value"] for name in ("TRAINYARD_STORE_ENDPOINT", "TRAINYARD_STORE_REGION")
    )
    assert {"name": "trainyard-store", "key": "accessKeyId", "optional": True} == variables[
        "AWS_ACCESS_KEY_ID"
    ]["valueFrom"]["secretKeyRef"]


def test_who_only_reads_gets_keys_that_only_read() -> None:
    """Where the installation has some: of all containers, two write."""
    where = replace(IN_BUCKET, store=BucketStore("bucket", read_secret="reader"))
    dataset = a_dataset()
    manifests = [
        ingest_job(dataset, a_refresh(), where),
        report_job_of(dataset, a_refresh(), where),
        *pods_of_a_model({}, where),
        *pods_of_a_recipe({"import": IMPORT}, where),
    ]
    secrets: dict[str, set[str]] = {}
    for container in (c for manifest in manifests for c in containers(manifest)):
        secrets.setdefault(container["name"], set()).update(secrets_of(container))
    assert {"ingest": {SECRET}, "publish": {SECRET}} == {
        name: found for name, found in secrets.items() if SECRET in found
    }
    assert {"fetch": {"reader"}, "report": {"reader"}} == {
        name: found for name, found in secrets.items() if "reader" in found
    }


def test_proxy_and_trusted_certificates_come_with_the_store() -> None:
    """Once for the installation, to the containers that reach out; every client knows the names."""
    pods = PodDefaults.model_validate(
        {
            "caBundle": {"configMap": "trusted", "key": "all.pem"},
            "proxy": {"httpsProxy": "http://proxy:3128", "noProxy": ".svc"},
        }
    )
    where = replace(IN_BUCKET, pods=pods)
    found = {v["name"]: v.get("value") for v in store_environment(where, "team-a", read_only=True)}
    assert ("http://proxy:3128", ".svc") == (found["HTTPS_PROXY"], found["NO_PROXY"])
    assert "HTTP_PROXY" not in found
    assert "/trainyard/ca/all.pem" == found["SSL_CERT_FILE"]
    (volume,), (mount,) = store_volumes(where), store_mounts(where, read_only=True)
    assert "trusted" == volume["configMap"]["name"]
    assert (volume["name"], "/trainyard/ca") == (mount["name"], mount["mountPath"])


THEIRS = "registry.example/theirs:1"
OUR_IMAGES = {"training", "serving", "serving-sklearn", "envoy"}
IMPORT = {
    "source": {"configMap": {"name": "files", "path": "model.onnx"}},
    "format": "Onnx",
    "digest": digest("f"),
}


def pods_of_a_model(server: dict[str, Any], where: Installation) -> Iterator[dict[str, Any]]:
    """Every pod of a ModelDeployment, whatever image is recorded of a revision."""
    resource = a_model_deployment(server=server)
    for image in (where.serving_image, where.serving_sklearn_image, "serving:old"):
        revision = revision_of(resource, bundle_digest("a"), "recipe-1", image)
        yield deployment(resource, revision, 1, "stable", where)
    yield router_deployment(resource, where)


def pods_of_a_recipe(recipe: dict[str, Any], where: Installation) -> Iterator[dict[str, Any]]:
    """Every pod of a TrainingJob and of its version."""
    job = a_training_job(**({"estimator": None} | recipe))
    yield run_job(job, a_run(), where)
    yield run_report_job(job, a_run(), where)
    version, evaluate = (
        a_model_version(),
        EvaluateJob(name="e", champion=digest("c"), phase=TaskPhase.RUNNING, queued_at=NOW),
    )
    yield evaluate_job(version, evaluate, where)
    yield evaluate_report_job(version, evaluate, where)


def containers(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """All containers of the manifest's pod."""
    pod = manifest["spec"]["template"]["spec"]
    return [*pod.get("initContainers", ()), *pod["containers"]]


def secrets_of(container: dict[str, Any]) -> set[str]:
    """Return the secrets from which the container has variables."""
    return {
        v["valueFrom"]["secretKeyRef"]["name"] for v in container.get("env", ()) if "valueFrom" in v
    }


def reaches_the_store(container: dict[str, Any]) -> bool:
    """Whether the container has the store's keys, its address, or its volume."""
    names = secrets_of(container)
    named = {v["name"] for v in container.get("env", ())}
    mounted = {m["name"] for m in container["volumeMounts"]}
    return SECRET in names or "TRAINYARD_STORE_URL" in named or VOLUME in mounted


@pytest.mark.parametrize("where", [ON_CLAIM, IN_BUCKET], ids=["claim", "bucket"])
@pytest.mark.parametrize(
    "spec",
    [
        pytest.param({"server": {}}, id="server: the installation's"),
        pytest.param({"server": {"image": THEIRS}}, id="server: their image"),
        pytest.param(
            {"estimator": {"class": "sklearn.linear_model.Ridge"}}, id="recipe: estimator"
        ),
        pytest.param({"container": {"image": THEIRS}}, id="recipe: their image"),
        pytest.param({"import": IMPORT}, id="recipe: import"),
    ],
)
def test_only_images_of_the_installation_reach_the_store(
    spec: dict[str, Any], where: Installation
) -> None:
    """Whoever may write our kinds does not get the store's keys by that."""
    where = replace(where, serving_sklearn_image="serving-sklearn")
    if "server" in spec:
        manifests = list(pods_of_a_model(spec["server"], where))
    else:
        manifests = list(pods_of_a_recipe(spec, where))
    found = [c for manifest in manifests for c in containers(manifest)]
    assert {c["image"] for c in found if reaches_the_store(c)} <= OUR_IMAGES
    assert any(reaches_the_store(c) for c in found), "or nothing was looked at"
    assert (THEIRS in str(spec)) == (THEIRS in {c["image"] for c in found})


def test_every_container_and_every_folder_has_its_limits() -> None:
    """Nobody can take a node from others, and a quota on limits finds what it counts."""
    dataset = a_dataset(source={"container": {"image": THEIRS}})
    for manifest in (
        *pods_of_a_model({"image": THEIRS}, ON_CLAIM),
        *pods_of_a_recipe({"container": {"image": THEIRS}}, ON_CLAIM),
        ingest_job(dataset, a_refresh(), ON_CLAIM),
        report_job_of(dataset, a_refresh(), ON_CLAIM),
    ):
        for container in containers(manifest):
            limits = set(container["resources"]["limits"])
            assert {"cpu", "memory", "ephemeral-storage"} <= limits, container["name"]
        volumes = manifest["spec"]["template"]["spec"]["volumes"]
        folders = [volume["emptyDir"] for volume in volumes if "emptyDir" in volume]
        assert folders
        assert all(folder["sizeLimit"] for folder in folders)


@pytest.mark.parametrize("where", [ON_CLAIM, IN_BUCKET], ids=["claim", "bucket"])
def test_data_is_read_by_images_of_the_installation(where: Installation) -> None:
    """Of the refresh and of its report; a container that brings the data reaches no store."""
    dataset = a_dataset(source={"container": {"image": THEIRS}})
    for manifest in (
        ingest_job(dataset, a_refresh(), where),
        report_job_of(dataset, a_refresh(), where),
    ):
        found = containers(manifest)
        assert {c["image"] for c in found if reaches_the_store(c)} <= OUR_IMAGES
        assert found[-1]["image"] in OUR_IMAGES


def test_no_container_with_keys_shares_a_folder_that_theirs_can_write() -> None:
    """What their image leaves behind would be read with the keys when a pod starts again."""
    manifests = [
        *pods_of_a_model({"image": THEIRS}, IN_BUCKET),
        *pods_of_a_recipe({"container": {"image": THEIRS}}, IN_BUCKET),
        ingest_job(a_dataset(source={"container": {"image": THEIRS}}), a_refresh(), IN_BUCKET),
    ]
    for manifest in manifests:
        for theirs in (c for c in containers(manifest) if c["image"] == THEIRS):
            written = {m["name"] for m in theirs["volumeMounts"] if not m.get("readOnly")}
            for ours in (c for c in containers(manifest) if reaches_the_store(c)):
                shared = written & {m["name"] for m in ours["volumeMounts"]}
                assert shared <= {"output", "source"}, "taken for what they are: unknown files"


def images_in(model: type[BaseModel], seen: tuple[type[BaseModel], ...] = ()) -> Iterator[str]:
    """Return the paths of all fields that name an image."""
    for name, field in model.model_fields.items():
        if name == "image":
            yield name
        for inner in models_in(field.annotation):
            if inner not in seen:
                yield from (f"{name}.{path}" for path in images_in(inner, (*seen, model)))


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Return the models that an annotation mentions."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in getattr(annotation, "__args__", ()):
        yield from models_in(inner)


@pytest.mark.parametrize(
    ("kind", "paths"),
    [
        pytest.param(Dataset, {"source.container.image"}, id="Dataset"),
        pytest.param(TrainingJob, {"container.image"}, id="TrainingJob"),
        pytest.param(ModelVersion, {"image"}, id="ModelVersion"),
        pytest.param(ModelDeployment, {"server.image"}, id="ModelDeployment"),
    ],
)
def test_a_spec_names_images_where_the_cases_above_say(
    kind: type[Resource], paths: set[str]
) -> None:
    """A new place needs a case; a ModelVersion's is the operator's own note."""
    spec = kind.model_fields["spec"].annotation
    assert isinstance(spec, type)
    assert paths == set(images_in(spec))
