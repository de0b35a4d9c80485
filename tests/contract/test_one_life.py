"""From a declared Dataset to a served prediction without a cluster: each side reads the other.

The operator's documents and manifests go to the images' own code, and what that leaves behind goes
back to the operator.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from cluster_access import ROOT
from declared import NOW, a_refresh, a_run, an_installation, declared
from training_pod import Pod

from modelbundle.publishing import fetch
from modelbundle.store import open_store
from modelserver.http import wire
from modelserver.metrics.serving_metrics import ServingMetrics
from modelserver.requests.routing import Route, route_of
from modelserver.settings import bundle_settings, server_settings
from modelserver.startup import ready_model
from trainyard.api.v1alpha1.dataset import Dataset
from trainyard.api.v1alpha1.dataset_status import DatasetVersion
from trainyard.api.v1alpha1.model_deployment import ModelDeployment
from trainyard.api.v1alpha1.model_deployment_status import Revision
from trainyard.api.v1alpha1.model_version import ModelVersionSpec
from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.clients.predictions import BUNDLE_HEADER
from trainyard.clients.scraping import samples
from trainyard.datasets.manifests import ingest_document
from trainyard.datasets.outcome import Accepted, Refused, read_outcome
from trainyard.jobs.result_message import read_document
from trainyard.model_deployments.analysis.evidence import Arms
from trainyard.model_deployments.analysis.samples import SERVER, Sample, counts_of, metric_names
from trainyard.model_deployments.manifests import deployment
from trainyard.training_jobs.manifests import train_document
from trainyard.training_jobs.result import read_result

IRIS = ROOT / "examples" / "iris"


def example(model: Any) -> Any:
    """Return the object of that kind in the iris example."""
    return next(found for path, found in declared(model) if path.parent == IRIS)


@pytest.fixture(scope="module")
def pod(tmp_path_factory: pytest.TempPathFactory) -> Pod:
    """Give the folders that all containers of this life share."""
    return Pod(tmp_path_factory.mktemp("life"))


def forget_results(pod: Pod) -> None:
    """Remove what earlier Jobs reported: results are written once, and all share one name here."""
    shutil.rmtree(pod.store / "runs", ignore_errors=True)


def ingested(pod: Pod, csv: str) -> Any:
    """Return what the operator reads after the image ingested this table."""
    source = pod.mount / "source"
    source.mkdir(parents=True, exist_ok=True)
    (source / "iris.csv").write_text(csv, encoding="utf-8")
    document = ingest_document(example(Dataset), a_refresh(), an_installation())
    document["source"]["root"] = str(source)
    forget_results(pod)
    ended = pod.run("ingest", document)
    assert ended.code == 0, ended.document
    return read_outcome(read_document(json.dumps(ended.document)) or {}, NOW)


@pytest.fixture(scope="module")
def dataset(pod: Pod) -> DatasetVersion:
    """Give the version that the example's data becomes."""
    outcome = ingested(pod, (IRIS / "iris.csv").read_text(encoding="utf-8"))
    assert isinstance(outcome, Accepted), outcome
    return outcome.version


@pytest.fixture(scope="module")
def version(pod: Pod, dataset: DatasetVersion) -> ModelVersionSpec:
    """Give the spec that the operator would record after the training pod."""
    job: TrainingJob = example(TrainingJob)
    run = a_run(dataset_digest=dataset.digest, target="species")
    forget_results(pod)
    ended = pod.run_all(train_document(job, run))
    assert ended.code == 0, ended.document
    found = read_result(job, run, read_document(json.dumps(ended.document)) or {}, "image")
    assert isinstance(found, ModelVersionSpec), found
    return found


@pytest.fixture(scope="module")
def serving(version: ModelVersionSpec) -> dict[str, dict[str, str]]:
    """Give the variables of the serving pod's containers, by container."""
    deployed: ModelDeployment = example(ModelDeployment)
    revision = Revision(
        revision="iris-0123456789", bundle_digest=version.bundle_digest, image="serving"
    )
    manifest = deployment(deployed, revision, 1, "stable", an_installation())
    spec = manifest["spec"]["template"]["spec"]
    return {
        container["name"]: {e["name"]: e["value"] for e in container["env"]}
        for container in (*spec["initContainers"], *spec["containers"])
    }


def test_the_operator_knows_what_was_found(dataset: DatasetVersion) -> None:
    """Rows, parts and digests of the result are in the version."""
    assert (dataset.rows, dataset.columns) == (dataset.train_rows + dataset.test_rows, 5)
    assert dataset.test_rows > 0


def test_the_operator_knows_why_data_was_refused(pod: Pod) -> None:
    """Check, column, count and examples of a refusal reach the operator's model."""
    refused = ingested(pod, "sepal_length,species\n" + "5.1,setosa\n" * 20)
    assert isinstance(refused, Refused), refused
    assert all(failure.check and failure.message for failure in refused.failures)


def test_the_operator_knows_what_was_trained(version: ModelVersionSpec) -> None:
    """Metrics, task and libraries of the result are in the ModelVersion."""
    assert version.task == "Classification"
    assert float((version.metrics or {})["accuracy"]) > 0.9
    assert "scikit-learn" in (version.libraries or {})
    assert version.train_rows > version.test_rows > 0


def test_the_gates_metric_is_one_that_is_measured(version: ModelVersionSpec) -> None:
    """The example's gates name metrics of the vocabulary that the image uses."""
    job: TrainingJob = example(TrainingJob)
    assert {gate.metric for gate in job.spec.gates} <= set(version.metrics or {})


def test_the_server_starts_with_what_the_manifest_gives_it(
    pod: Pod, version: ModelVersionSpec, serving: dict[str, dict[str, str]], tmp_path: Path
) -> None:
    """Settings are read, the bundle is fetched and loaded, and its self-test passes."""
    fetching, server = bundle_settings(serving["fetch"]), server_settings(serving["server"])
    assert fetching == server.bundle
    assert (server.model_name, server.revision) == ("iris", "iris-0123456789")
    store = open_store(f"file://{pod.store}")
    fetch(store, version.bundle_digest, tmp_path)
    environ = serving["server"] | {"TRAINYARD_BUNDLE_DIR": str(tmp_path)}
    assert ready_model(bundle_settings(environ)) is not None


def test_the_server_answers_where_the_operator_asks() -> None:
    """Probes, metrics and the paths of the prediction that makes a deployment Ready."""
    asked = {
        "/v2/health/ready": Route.READY,
        "/v2/health/live": Route.LIVE,
        "/metrics": Route.METRICS,
        "/v2/models/iris/example": Route.EXAMPLE,
        "/v2/models/iris/infer": Route.INFER,
    }
    assert asked == {path: route_of(path, "iris", ()) for path in asked}
    source = Path(wire.__file__).read_text(encoding="utf-8")
    assert f"{BUNDLE_HEADER}: " in source


def test_the_operator_counts_what_the_server_shows() -> None:
    """Requests, 4xx and 5xx, and latency buckets of the page are those that it counted."""
    metrics = ServingMetrics()
    for code, seconds in ((200, 0.0015), (200, 0.3), (503, 0.002), (400, 0.001)):
        metrics.count(code, seconds, 1)
    page = metrics.exposition("iris-0123456789").decode()
    read = [Sample(s.name, s.labels, s.value) for s in samples(page, metric_names(SERVER))]
    arms = Arms(stable="iris-0123456789", canary="")
    found, edges = counts_of(read, SERVER, arms)
    counts = found["iris-0123456789"]
    assert (counts.requests, counts.errors) == (4, 2)
    assert dict(zip(edges, counts.within, strict=True))["0.002"] == 3
    assert counts.within[-1] == 4
