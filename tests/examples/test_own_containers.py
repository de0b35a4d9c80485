"""The examples of containers on the real node: built, run, gated, served, and asked all test rows.

Started by `make examples`, as the images are large. What is expected is what the code of the
example says in its own image, of the same rows with the same seed.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from cluster_access import ROOT, kubectl

from benchmarks.estimators.asking import Answers, distance
from benchmarks.estimators.place import Place, a_place, image_of
from benchmarks.estimators.stored import Data

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(3600)]
EXAMPLES = ROOT / "examples" / "own-container"
CODE = "own-code"
"""Its model is a pickle, asked in a table of numbers with 64 bits; the others are ONNX."""
FITTED = {
    CODE: """
import pandas as pd
class Model:
    pipeline = train.fitted(pd.DataFrame(rows, columns=names), labels)
    def predict(self, asked):
        return self.pipeline.predict(pd.DataFrame(asked, columns=names))
    def predict_proba(self, asked):
        return self.pipeline.predict_proba(pd.DataFrame(asked, columns=names))
model = Model()
""",
    "lightgbm": "model = train.fitted(rows, labels, train.held_back(len(rows)))",
    "scikit-learn": "model = train.fitted(rows, labels, names)",
    "pytorch": """
import torch
class Model:
    network = train.fitted(rows, labels)
    def predict(self, asked):
        return np.unique(labels)[self.network(torch.tensor(asked))[0].numpy()]
    def predict_proba(self, asked):
        return self.network(torch.tensor(asked))[1].detach().numpy()
model = Model()
""",
}
ASKED = """
import json, sys
sys.path.insert(0, "/app")
import numpy as np, pyarrow.parquet as pq
import train
names = train.features()
def numbers(table):
    columns = [table.column(name).to_numpy().astype(np.NUMBERS) for name in names]
    return np.column_stack(columns)
table, asked = (pq.read_table(f"/given/{part}.parquet") for part in ("train", "test"))
rows, labels = numbers(table), np.array(table.column(train.TARGET).to_pylist())
FITTED
asked = numbers(asked)
print(json.dumps([model.predict(asked).tolist(), model.predict_proba(asked).tolist()]))
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A Dataset of numbers, and an operator."""
    with a_place(tmp_path_factory.mktemp("examples"), ["numbers"]) as found:
        yield found


@pytest.mark.parametrize("name", list(FITTED))
def test_it_is_served_as_its_own_image_answers(place: Place, name: str) -> None:
    """From a CSV to answers: the gate is passed, labels are equal, probabilities within 1e-5.

    Of the one whose code travels, the version tells of it.
    """
    image = image_of(EXAMPLES / name)
    job = yaml.safe_load((EXAMPLES / name / "training-job.yaml").read_text(encoding="utf-8"))
    container = {**job["spec"]["container"], "image": image}
    container["env"] = [v for v in container.get("env", ()) if v["name"] != "RATIOS"]
    if name == "scikit-learn":
        container["env"].append({"name": "RATIOS", "value": "minutes/distance,age/pressure"})
    data = place.data("numbers")
    trust = {"trust": job["spec"]["trust"]} if name == CODE else {}
    place.bring(name, "numbers", {"container": container, **trust})
    served = place.served(name, data)
    assert served.answers is not None, served.fault
    assert ("sklearn" if name == CODE else "onnx") == served.runtime
    told = served.version.get("packedCode", {}).get("modules"), served.version.get("trust")
    assert ((["rare_rows"], "Pickle") if name == CODE else (None, None)) == told
    expected = _by_its_image(place, name, container, data)
    found = distance(served.answers, expected)
    assert found.holds, found
    assert len(set(expected.values)) == 2


def _by_its_image(place: Place, name: str, container: dict[str, Any], data: Data) -> Answers:
    """What the example's code says of the test rows, in a pod of its image."""
    numbers = "float64" if name == CODE else "float32"
    program = ASKED.replace("FITTED", FITTED[name]).replace("NUMBERS", numbers)
    own = f"{name}-by-hand"
    place.made.yard.apply(_rows(own, data), _pod(own, container, program, data.target))
    pod = f"pod/{own}"
    waited = ("wait", pod, "--for=jsonpath={.status.phase}=Succeeded", "--timeout=900s")
    kubectl("-n", place.made.yard.namespace, *waited)
    said = place.made.yard.kubectl("logs", pod).strip().splitlines()[-1]
    labels, probabilities = json.loads(said)
    return Answers(labels, np.asarray(probabilities))


def _rows(name: str, data: Data) -> dict[str, Any]:
    """A ConfigMap with both parts and the columns."""
    features = [{"name": f.name, "role": "Feature", "kind": f.kind} for f in data.features]
    columns = json.dumps({"target": data.target, "columns": features})
    rows = {"train.parquet": data.train, "test.parquet": data.test}
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name},
        "data": {"columns.json": columns},
        "binaryData": {file: _bytes(table) for file, table in rows.items()},
    }


def _pod(name: str, container: dict[str, Any], program: str, target: str) -> dict[str, Any]:
    """A pod of the image that runs the program on the rows of the ConfigMap."""
    # Nothing is written: the output only has to be named.
    told = {"DATA": "/given", "OUTPUT": "/given", "TARGET": target, "SEED": "7"}
    variables = [{"name": f"TRAINYARD_{key}", "value": value} for key, value in told.items()]
    asked = {
        "name": "asked",
        "image": container["image"],
        "imagePullPolicy": "IfNotPresent",
        "command": ["python", "-c", program],
        "env": [*container["env"], *variables],
        "resources": {"requests": {"cpu": "20m", "memory": "64Mi"}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [{"name": "given", "mountPath": "/given"}],
    }
    spec = {
        "restartPolicy": "Never",
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [asked],
        "volumes": [{"name": "given", "configMap": {"name": name}}],
    }
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}


def _bytes(table: pa.Table) -> str:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    return base64.b64encode(sink.getvalue().to_pybytes()).decode()
