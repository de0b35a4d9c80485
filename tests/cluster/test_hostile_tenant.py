"""What a tenant cannot do who has all rights on our kinds in a namespace, and images of their own.

Each sentence is tried on the node. The program that the tenant runs is `hostile/program.py`.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import pytest_asyncio
import yaml
from cluster.chart_account import RIGHT_MISSING
from cluster.model_yard import Object, csv_of, dataset, model_yard, training_job, tumours
from cluster.releases import BETTER, HEALTHY, Node, a_node
from cluster.shared_bucket import BUCKET, SharedBucket, policy
from cluster_access import ROOT, kubectl, run
from s3_server import s3_server

from modelbundle.faults import StoreDenied

pytestmark = [pytest.mark.cluster]

IMAGE = "trainyard/hostile:dev"
TENANT = "hostile-tenant"
HOST = "10.89.0.1"
MOST_MIB = 50
ROLE = {
    "apiVersion": "rbac.authorization.k8s.io/v1",
    "kind": "Role",
    "metadata": {"name": TENANT},
    "rules": [{"apiGroups": ["trainyard.dev"], "resources": ["*"], "verbs": ["*"]}],
}
RBAC = "rbac.authorization.k8s.io"
BINDING = {
    "apiVersion": f"{RBAC}/v1",
    "kind": "RoleBinding",
    "metadata": {"name": TENANT},
    "subjects": [{"kind": "User", "name": TENANT, "apiGroup": RBAC}],
    "roleRef": {"kind": "Role", "name": TENANT, "apiGroup": RBAC},
}


def as_tenant(namespace: str, *objects: Object) -> str:
    """Apply the objects with the tenant's own rights; return what the API server refuses."""
    command = ("-n", namespace, f"--as={TENANT}", "apply", "-f", "-")
    return kubectl(*command, stdin=yaml.safe_dump_all(objects), check=False).stderr


def hostile_image() -> None:
    """The tenant's image is on the node."""
    if os.environ.get("TRAINYARD_KUBECONFIG"):
        pytest.skip("what the tenant sends elsewhere is watched on the local node")
    file = ("--file", "tests/cluster/hostile/Dockerfile", "--context", str(ROOT))
    run(sys.executable, "-m", "devcluster", "build-image", *file, "--tag", IMAGE)


@pytest.fixture(scope="module")
def theft(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedBucket]:
    """The victim and the tenant each have a Dataset; every namespace has keys of its own."""
    hostile_image()
    folder, place = tmp_path_factory.mktemp("yard"), tmp_path_factory.mktemp("s3")
    with model_yard(folder, {}, ["victim", "tenant"]) as yard:
        yard.stop()
        users = [f"{n}-{role}" for n in yard.namespaces for role in ("writer", "reader")]
        with s3_server(place, BUCKET, users, HOST) as s3:
            s3.obeys(policy(yard.namespaces))
            yard.settings |= {
                "TRAINYARD_STORE": f"s3://{BUCKET}/stores",
                "TRAINYARD_STORE_ENDPOINT": s3.endpoint,
                "TRAINYARD_STORE_REGION": s3.region,
                "TRAINYARD_STORE_READ_SECRET": "trainyard-store-read",
            }
            found = SharedBucket(yard, s3)
            _equipped(found)
            yard.start()
            yield found


def _equipped(theft: SharedBucket) -> None:
    yard = theft.yard
    for namespace in yard.namespaces:
        yard.apply(ROLE, BINDING, _rows(), namespace=namespace)
        theft.brings_its_keys(namespace)
        yard.apply(dataset("own", {"configMap": {"name": "rows"}}), namespace=namespace)
    kubectl("-n", theft.victim, "delete", "rolebinding", TENANT)


def _rows() -> Object:
    data = {"tumours.csv": csv_of(tumours(120))}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "rows"}, "data": data}


def test_nothing_is_stolen_as_data(theft: SharedBucket) -> None:
    """Neither another namespace's files nor the own hidden rows, by any source there is."""
    yard = theft.yard
    for namespace in yard.namespaces:
        yard.until("data is there", lambda s: s.dataset_digest("own") != "", namespace=namespace)
    theirs = f"stores/default/{theft.victim}/datasets/**"
    s3 = {"endpoint": theft.s3.endpoint, "region": theft.s3.region, "bucket": BUCKET}
    sources: dict[str, Object] = {
        "by-the-stores-keys": {"s3": {**s3, "path": theirs, "secretName": "trainyard-store"}},
        "by-the-readers-keys": {"s3": {**s3, "path": theirs, "secretName": "trainyard-store-read"}},
        "anonymously": {"s3": {**s3, "path": theirs}},
        "hidden-rows": {"s3": {"path": "datasets/sha256/**"}},
    }
    assert "" == as_tenant(theft.tenant, *(dataset(n, s) for n, s in sources.items()))
    expected = {
        "by-the-stores-keys": ("Stalled", "SpecInvalid", "holds the keys of the artifact store"),
        "by-the-readers-keys": ("Stalled", "SpecInvalid", "holds the keys of the artifact store"),
        "anonymously": ("Reconciling", "WaitingToRetry", "SourceForbidden"),
        "hidden-rows": ("Reconciling", "WaitingToRetry", "SourceForbidden"),
    }
    for name, (type_, reason, words) in expected.items():
        state = yard.until(
            f"{name} is refused: {words}",
            lambda s, n=name, t=type_, w=words: w in s.condition("Dataset", n, t).message,  # type: ignore[misc]
            namespace=theft.tenant,
        )
        assert reason == state.condition("Dataset", name, type_).reason
        assert "" == state.dataset_digest(name)
    climbing = dataset("climbing", {"s3": {"path": f"../{theft.victim}/**"}})
    assert "must not contain `..`" in as_tenant(theft.tenant, climbing)
    assert "forbidden" in as_tenant(theft.victim, dataset("planted", sources["anonymously"]))


def test_the_stores_keys_are_given_to_no_program_and_no_remote(theft: SharedBucket) -> None:
    """Of a Dataset whose files an image of the tenant's writes, or that a DVC remote holds."""
    program = {"image": IMAGE, "secretName": "trainyard-store"}
    refused = as_tenant(theft.tenant, dataset("by-program", {"container": program}))
    assert "only a secret whose name begins" in refused
    keys = {"bucket": BUCKET, "path": "dvc/", "secretName": "trainyard-store-read"}
    remote = {"dvc": {"path": "theirs", "md5": "0" * 32, "remote": {"s3": keys}}}
    assert "" == as_tenant(theft.tenant, dataset("by-remote", remote))
    theft.yard.until(
        "the remote is refused",
        lambda s: (
            "holds the keys of the artifact store"
            in s.condition("Dataset", "by-remote", "Stalled").message
        ),
        namespace=theft.tenant,
    )


def test_the_tenants_keys_change_nothing_of_anybody_else(theft: SharedBucket) -> None:
    """Neither what is there nor what is not yet: nothing is written, replaced or removed."""
    theft.yard.until("data is there", lambda s: s.dataset_digest("own") != "")
    theirs = theft.store(theft.victim, theft.keys(theft.victim, "reader"))
    before = {entry.key: theirs.read(entry.key) for entry in theirs.walk()}
    assert before
    for role in ("writer", "reader"):
        store = theft.store(theft.victim, theft.keys(theft.tenant, role))
        for key in (*before, "runs/u/planted/result.json", "datasets/planted"):
            for change in (
                partial(store.write, content=b"{}"),
                partial(store.write_once, content=b"{}"),
                store.delete,
            ):
                with pytest.raises(StoreDenied):
                    change(key)
    assert before == {entry.key: theirs.read(entry.key) for entry in theirs.walk()}


def test_the_tenants_trainer_finds_no_key(theft: SharedBucket) -> None:
    """It prints all variables and files that it can read; and only images of ours have keys."""
    recipe = training_job("thief", "own", container={"image": IMAGE}, gates=[])
    assert "" == as_tenant(theft.tenant, recipe)
    found = logs_of_the_thief(theft)
    assert re.search(r"looked into [1-9]\d+ files", found)
    assert theft.s3.keys.secret_access_key not in found
    assert "diagnosis" in found, "or it saw no training rows either"
    pods = json.loads(kubectl("-n", theft.tenant, "get", "pods", "-o", "json").stdout)["items"]
    for pod in pods:
        for container in (*pod["spec"].get("initContainers", ()), *pod["spec"]["containers"]):
            if "secretKeyRef" in json.dumps(container.get("env", ())):
                assert IMAGE != container["image"]


def logs_of_the_thief(theft: SharedBucket, seconds: float = 600) -> str:
    """Return what the tenant's trainer printed, once it has looked around."""
    labels = "trainyard.dev/owner=thief"
    end = time.monotonic() + seconds
    while True:
        command = ("-n", theft.tenant, "logs", "-l", labels, "-c", "train", "--tail=-1")
        found = kubectl(*command, check=False).stdout
        if "looked into" in found:
            return found
        assert time.monotonic() < end, theft.yard.state(theft.tenant).status("TrainingJob", "thief")
        time.sleep(0.5)


def test_the_operator_did_all_that_with_the_rights_of_the_chart(theft: SharedBucket) -> None:
    """Nothing that it wanted was forbidden."""
    assert theft.yard.process is not None and theft.yard.process.poll() is None  # noqa: PT018
    assert RIGHT_MISSING not in theft.yard.log()


@contextmanager
def listener() -> Iterator[tuple[int, list[str]]]:
    """A server on the node that nobody has a reason to ask; yields its port and who did."""
    found: list[str] = []

    class Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.append(f"{self.command} {self.path}")
            self.send_response(200)
            self.end_headers()

        do_POST = do_GET  # noqa: N815 — the library's name

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer((HOST, 0), Server)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1], found
    finally:
        server.shutdown()
        server.server_close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def victim(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Node]:
    """The namespace of the victim; the operator looks after the tenant's, too."""
    hostile_image()
    tenant = f"tenant-{secrets.token_hex(3)}"
    folder = tmp_path_factory.mktemp("operator")
    kubectl("create", "namespace", tenant)
    try:
        async with a_node(folder) as node:
            await node.kill()
            kubectl("-n", tenant, "apply", "-f", "-", stdin=yaml.safe_dump_all([ROLE, BINDING]))
            run(sys.executable, "-m", "devcluster", "volume", tenant, "trainyard-store", "1Gi")
            node.settings["TRAINYARD_NAMESPACES"] = f"{node.namespace},{tenant}"
            await node.start()
            yield node
    finally:
        kubectl("delete", "namespace", tenant, "--wait=false")


@pytest.mark.asyncio(loop_scope="module")
async def test_a_hostile_server_harms_nobody_else(victim: Node) -> None:
    """While it redirects the operator and shows metrics without an end, another rollout ends well.

    The operator asks nobody the server points at, and needs no 50 MiB more for it.
    """
    tenant = Node(victim.settings["TRAINYARD_NAMESPACES"].partition(",")[2], victim.folder)
    with listener() as (port, reached):
        name = f"sly-{port}"
        async with await victim.serving("honest") as load:
            before = memory_mib(victim, "VmRSS")
            rollout = {"steps": [{"weightPercent": 50, "minSeconds": 600}]}
            spec = {"server": {"image": IMAGE}, "traffic": {"mode": "Replicas"}}
            tenant.deploy(name, **spec, rollout=rollout)
            tenant.publish(name, HEALTHY)
            await tenant.sees(name, lambda: tenant.status(name).get("stable"))
            tenant.publish(name, BETTER)
            await tenant.sees(name, lambda: looked_at(tenant, name))
            victim.publish("honest", BETTER)
            await victim.until("honest", _0000002=100)
        assert {"200": load.sent} == dict(load.codes)
        assert "redirects are not followed" in json.dumps(tenant.status(name))
        assert [] == reached
        assert memory_mib(victim, "VmHWM") - before < MOST_MIB


def looked_at(tenant: Node, name: str) -> bool:
    """Tell whether the operator has read the endless page, up to its bound."""
    said = json.dumps(tenant.status(name))
    return "has more than" in said or "answers with more than" in said


def memory_mib(node: Node, what: str) -> int:
    """Return a figure of the operator's memory."""
    assert node.operator is not None
    status = Path(f"/proc/{node.operator.pid}/status").read_text(encoding="utf-8")
    found = re.search(rf"{what}:\s+(\d+) kB", status)
    assert found
    return int(found[1]) >> 10
