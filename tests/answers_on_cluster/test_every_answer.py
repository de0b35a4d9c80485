"""Why was that answered? For each of a hundred answers of a life with ten versions.

On the real node: models are trained and served by real pods, answers are captured in a bucket.
Started by `make answers`.

Proves: trainyardctl/why_answer.py, trainyardctl/stored_answers.py, trainyardctl/answer_chain.py
"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cluster.bucket_yard import BucketYard, bucket_yard
from cluster.model_yard import (
    BUCKET,
    Object,
    State,
    csv_of,
    dataset,
    deployment,
    training_job,
    tumours,
)
from cluster_access import kubeconfig
from marked_rows import Mark
from typer.testing import CliRunner

from trainyardctl.main import app

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(1800)]

VERSIONS, ANSWERS = 10, 10
RECIPE = {"class": "sklearn.linear_model.LogisticRegression"}
ROWS = 250


@dataclass(slots=True)
class Life:
    """The versions that served, and what was answered by which."""

    place: BucketYard
    served: list[Object] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    """By request: the headers of its answer, as `curl -D` writes them."""
    by: dict[str, int] = field(default_factory=dict)
    """By request: the version that was meant to answer it."""

    def why(self, *words: str) -> str:
        """What people are told; the command must end well."""
        bucket, namespace = self.place.bucket, self.place.yard.namespace
        given = {
            "AWS_ACCESS_KEY_ID": bucket.keys.access_key_id,
            "AWS_SECRET_ACCESS_KEY": bucket.keys.secret_access_key,
            "TRAINYARD_STORE_ENDPOINT": bucket.endpoint,
            "TRAINYARD_STORE_REGION": bucket.region,
            "TRAINYARD_STORE_URL": f"s3://{BUCKET}/stores/default/{namespace}",
        }
        place = ("--kubeconfig", kubeconfig(), "-n", namespace)
        done = CliRunner(env=given).invoke(app, [*place, "why", *words])
        assert done.exit_code == 0, done.output
        return done.output


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    """Each version is another recipe, each third one of more data; all requests are kept."""
    with bucket_yard(tmp_path_factory.mktemp("yard"), "life") as place:
        life = Life(place)
        serving = deployment("m")
        serving["spec"] |= {
            "rollout": {"strategy": "Immediate", "scaleDownDelaySeconds": 1},
            "monitoring": {"capture": {"sampledPercent": "100"}},
        }
        _bring(place, 0)
        place.yard.apply(dataset("tumours", {"s3": {"path": "raw/tumours.csv"}}), serving)
        for number in range(VERSIONS):
            if number and number % 3 == 0:
                _bring(place, number)
            recipe = {**RECIPE, "parameters": {"C": {"$float": f"{number + 1}.0"}}}
            place.yard.apply(training_job("m", "tumours", estimator=recipe))
            _answered(life, number)
        yield life


def _bring(place: BucketYard, number: int) -> None:
    """The data grew; the Dataset has the version before its TrainingJob is changed."""
    rows = ROWS + 20 * number
    place.store.write("raw/tumours.csv", csv_of(tumours(rows)).encode())
    if number:
        request = f"trainyard.dev/request=refresh@now#{number}"
        place.yard.kubectl("annotate", "--overwrite", "dataset", "tumours", request)
        place.yard.until("there is more data", lambda s: _rows(s) == rows)


def _rows(state: State) -> int:
    current = state.status("Dataset", "tumours").get("current") or {}
    return int(current.get("rows", 0))


def _answered(life: Life, number: int) -> None:
    """The next version serves alone, and answers."""
    before = {version["bundleDigest"] for version in life.served}

    def serves(state: State) -> bool:
        status = state.status("ModelDeployment", "m")
        stable = status.get("stable") or {}
        ready = state.condition("ModelDeployment", "m", "Ready").status == "True"
        is_new = stable.get("bundleDigest") not in (*before, None)
        return ready and is_new and not status.get("rollout")

    state = life.place.yard.until(f"version {number} serves", serves)
    life.served.append(state.status("ModelDeployment", "m")["stable"])
    address = life.place.ready("m")
    for count in range(ANSWERS):
        name = f"v{number}-{count}"
        life.headers[name] = _asked(address, name)
        life.by[name] = number


def _asked(address: str, name: str) -> str:
    tensor = {"name": "input", "datatype": "FP64", "shape": [1, 3], "data": [14.0, 20.0, 0.1]}
    request = urllib.request.Request(
        f"http://{address}/v2/models/m/infer",
        json.dumps({"inputs": [tensor]}).encode(),
        {"x-request-id": name},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return "".join(f"{key}: {value}\n" for key, value in answer.headers.items())


def test_the_headers_of_each_answer_lead_to_its_data(life: Life, tmp_path: Path) -> None:
    """Revision, verified bundle, run, recipe, gate and version of the data: of a hundred."""
    assert VERSIONS == len({version["bundleDigest"] for version in life.served})
    found = 0
    for name, headers in life.headers.items():
        path = tmp_path / name
        path.write_text(headers)
        _leads_to_the_data(life, name, life.why("--headers", str(path)))
        found += 1
    assert VERSIONS * ANSWERS == found


def test_the_ids_of_captured_requests_do_so_too(life: Life) -> None:
    """One of each version: who has no headers any more has the id of the request."""
    names = [f"v{number}-0" for number in range(VERSIONS)]
    for name in names:
        _await_capture(life, name)
        _leads_to_the_data(life, name, life.why("--request", name))


def _await_capture(life: Life, name: str) -> None:
    def is_kept(_: State) -> bool:
        parts = (entry.key for entry in life.place.store.list("captures"))
        return any(Mark(name).is_in(life.place.store.read(key)) for key in parts)

    life.place.yard.until("it is stored", is_kept)


def _leads_to_the_data(life: Life, name: str, text: str) -> None:
    """Fail unless each link is there, and is of the version that served then."""
    version = life.served[life.by[name]]
    number = life.by[name]
    rows = ROWS + 20 * (number - number % 3)
    for words in (
        f"by revision {version['revision']}",
        f"of bundle {version['bundleDigest']}",
        "✔ the bytes of its manifest have this digest",
        f"ModelVersion {version['modelVersion']}",
        "✔ recipe and data together are the inputs",
        "run m-",
        "gate good: Passed",
        f'"{number + 1}.0"',
        "of Dataset tumours: ",
        f"{rows} rows",
    ):
        assert words in text, (name, words, text)
