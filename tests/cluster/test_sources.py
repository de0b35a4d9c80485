"""Every source and every format on a real cluster: claim, web and ConfigMap give one version."""

from __future__ import annotations

import base64
import hashlib
import io
import sys
from collections.abc import Iterator

import pytest
from cluster.model_yard import ModelYard, Object, csv_of, dataset, model_yard, tumours
from cluster_access import run

pytestmark = [pytest.mark.cluster]

STORE, RAW = "trainyard-store", "raw"
IMAGE = "docker.io/trainyard/training:dev"
_KEYS = {"configMap": {"name": "files", "path": "*.csv"}}
METADATA_SERVICE = "http://169.254.169.254/latest/meta-data/"


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelYard]:
    """A namespace whose claim `raw` holds Parquet, whose Service `files` serves CSV and JSONL.

    All Datasets are there from the beginning, as with `kubectl apply -f folder/`.
    """
    settings = {"TRAINYARD_STORE": f"pvc://{STORE}"}
    with model_yard(tmp_path_factory.mktemp("yard"), settings, ["sources"]) as found:
        found.apply(
            _files(),
            *_file_server(),
            dataset("claim", {"pvc": {"claimName": RAW, "path": "in/*.parquet"}}),
            dataset("web-csv", {"http": {"url": "http://files/tumours.csv"}}),
            dataset("web-jsonl", {"http": {"url": "http://files/tumours.jsonl"}}),
            dataset("keys", _KEYS),
            dataset("pointer", _pointer()),
            _watched(300),
            dataset("watched", {"configMap": {"name": "watched", "path": "*.csv"}}),
            dataset("absent", {"http": {"url": "http://files/nothing.csv"}}),
            dataset("metadata", {"http": {"url": METADATA_SERVICE}}, format="csv"),
            dataset("no-class", _KEYS, pod={"priorityClassName": "nobody"}),
            dataset("no-account", _KEYS, pod={"serviceAccountName": "nobody"}),
            dataset("no-claim", {"pvc": {"claimName": "nobody", "path": "*.csv"}}),
        )
        for claim in (STORE, RAW):
            volume = ("volume", found.namespace, claim, "1Gi")
            run(sys.executable, "-m", "devcluster", "target", *volume)
        yield found


def test_each_source_and_format_gives_the_same_version(yard: ModelYard) -> None:
    """Three hundred rows are the same version from a claim, the web, a remote of DVC and a
    ConfigMap, as CSV, JSON lines and Parquet; what came later than its Dataset was waited for.
    """
    names = ("claim", "web-csv", "web-jsonl", "keys", "pointer", "watched")
    state = yard.until("all are versions", lambda s: all(s.dataset_digest(n) for n in names))
    assert {300} == {state.status("Dataset", name)["current"]["rows"] for name in names}
    assert 1 == len({state.dataset_digest(name) for name in names})


def test_a_config_map_that_changes_is_read_again(yard: ModelYard) -> None:
    """Nobody has to ask for it; the refresh says what caused it."""
    yard.until("it was read", lambda s: s.dataset_digest("watched") != "")
    yard.apply(_watched(320))
    state = yard.until(
        "the new rows are a version",
        lambda s: s.status("Dataset", "watched").get("current", {}).get("rows") == 320,
    )
    trigger = state.status("Dataset", "watched")["lastRefresh"]["trigger"]
    assert trigger.startswith("configMap:")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param("absent", "source http://files/nothing.csv answers 404", id="a 404"),
        pytest.param("metadata", "SourceForbidden: host 169.254.169.254", id="the node's keys"),
        pytest.param("no-class", "no PriorityClass with name nobody", id="no such class"),
        pytest.param("no-account", 'serviceaccount "nobody" not found', id="no such account"),
        pytest.param("no-claim", 'persistentvolumeclaim "nobody" not found', id="no such claim"),
    ],
)
def test_what_is_not_there_is_named(yard: ModelYard, name: str, words: str) -> None:
    """The condition says what is missing, and the Dataset goes on trying."""
    state = yard.until(
        f"{name} tells {words}",
        lambda s: words in s.condition("Dataset", name, "Reconciling").message,
    )
    assert "False" == state.condition("Dataset", name, "Ready").status
    assert "" == state.condition("Dataset", name, "Stalled").status


def test_a_claim_that_comes_later_is_used(yard: ModelYard) -> None:
    """The waiting pod starts by itself; the empty claim is then told as such."""
    run(sys.executable, "-m", "devcluster", "target", "volume", yard.namespace, "nobody", "1Gi")
    yard.until(
        "the claim is looked into",
        lambda s: s.condition("Dataset", "no-claim", "Reconciling").reason == "SourceNotFound",
    )


def _watched(rows: int) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "watched"},
        "data": {"tumours.csv": csv_of(tumours(rows))},
    }


def _md5() -> str:
    return hashlib.md5(csv_of(tumours()).encode(), usedforsecurity=False).hexdigest()


def _pointer() -> Object:
    remote = {"http": {"url": "http://files"}}
    return {"dvc": {"path": "data/tumours.csv", "md5": _md5(), "remote": remote}}


def _laid_out() -> list[Object]:
    """Each file under its name, and one as `dvc push` calls it."""
    md5 = _md5()
    names = ("tumours.csv", "tumours.jsonl", "tumours.parquet")
    pushed = {"key": "tumours.csv", "path": f"files/md5/{md5[:2]}/{md5[2:]}"}
    return [*({"key": name, "path": name} for name in names), pushed]


def _files() -> Object:
    frame, parquet = tumours(), io.BytesIO()
    frame.to_parquet(parquet)
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "files"},
        "data": {
            "tumours.csv": csv_of(frame),
            "tumours.jsonl": frame.to_json(orient="records", lines=True, double_precision=15),
        },
        "binaryData": {"tumours.parquet": base64.b64encode(parquet.getvalue()).decode()},
    }


def _file_server() -> tuple[Object, Object]:
    """A pod that puts the Parquet file into the claim, then serves the others; its Service."""
    copy = "import os, shutil; os.makedirs('/raw/in', exist_ok=True); "
    copy += "shutil.copy('/files/tumours.parquet', '/raw/in/')"
    serve = ["python", "-m", "http.server", "8000", "--directory", "/files"]
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "files", "labels": {"app": "files"}},
        "spec": {
            "automountServiceAccountToken": False,
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": 65532,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "initContainers": [_container("copy", ["python", "-c", copy])],
            "containers": [_container("serve", serve)],
            "volumes": [
                {"name": "files", "configMap": {"name": "files", "items": _laid_out()}},
                {"name": "raw", "persistentVolumeClaim": {"claimName": RAW}},
            ],
        },
    }
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "files"},
        "spec": {"selector": {"app": "files"}, "ports": [{"port": 80, "targetPort": 8000}]},
    }
    return pod, service


def _container(name: str, command: list[str]) -> Object:
    return {
        "name": name,
        "image": IMAGE,
        "command": command,
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [
            {"name": "files", "mountPath": "/files", "readOnly": True},
            {"name": "raw", "mountPath": "/raw"},
        ],
    }
