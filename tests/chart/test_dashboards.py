"""The dashboards ask for what is there: every query, on a real Prometheus, of a living model."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import serving_bundles as bundles
from builders_serving import NAME, NAMESPACE
from builders_training import a_dataset
from chart_rendering import CHART, of_kind, render
from local_prometheus import LocalPrometheus, local_prometheus
from prometheus_client import CollectorRegistry, start_http_server
from serving_process import REVISION, Client, environment, running
from serving_yard import ServingYard
from training_stories import JOB, a_world

from dashboards.__main__ import written
from trainyard.api.v1alpha1.training_job import TrainingJob
from trainyard.datasets.metrics import state_of as dataset_state
from trainyard.model_deployments.metrics import state_of as deployment_state
from trainyard.process.loop_lag import LoopLag
from trainyard.process.metrics import Metrics
from trainyard.reconciling.queue import Key, WorkQueue
from trainyard.reconciling.worker import Outcome
from trainyard.training_jobs.metrics import state_of as job_state

pytestmark = pytest.mark.timeout(600)
DASHBOARDS = {name: json.loads(text) for name, text in written().items()}
LONGEST_WAIT = 180
FEATURE = bundles.tumours().features[0].name


def _panels(dashboard: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for panel in dashboard["panels"]:
        yield panel
        yield from panel.get("panels") or ()


def _queries() -> list[Any]:
    return [
        pytest.param(target["expr"], id=f"{name}: {panel['title']} {target['refId']}")
        for name, dashboard in DASHBOARDS.items()
        for panel in _panels(dashboard)
        for target in panel.get("targets") or ()
    ]


def test_the_chart_ships_each_as_a_config_map_that_the_sidecar_finds() -> None:
    """Off by default; the JSON arrives as it was written."""
    assert [] == of_kind(render(), "ConfigMap")
    made = of_kind(render({"dashboards": {"enabled": True}}), "ConfigMap")
    assert {"1"} == {m["metadata"]["labels"]["grafana_dashboard"] for m in made}
    shipped = {name: json.loads(text) for m in made for name, text in m["data"].items()}
    assert {f"trainyard-{name}": dashboard for name, dashboard in DASHBOARDS.items()} == shipped


def test_the_files_are_those_of_the_code() -> None:
    """As `make generate` writes them."""
    folder = CHART / "dashboards"
    assert written() == {path.name: path.read_text() for path in sorted(folder.glob("*.json"))}


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalPrometheus]:
    """One that has scraped an operator with a canary on its way, and a model that is asked."""
    folder = tmp_path_factory.mktemp("dashboards")
    with ExitStack() as stack:
        registry = CollectorRegistry()
        metrics = _operator(registry)
        operator, thread = start_http_server(0, addr="127.0.0.1", registry=registry)
        stack.callback(operator.server_close)
        stack.callback(thread.join)
        stack.callback(operator.shutdown)
        model = bundles.packed(folder, bundles.linear(), bundles.tumours(), ("onnx", "skops"))
        environ = environment(model.directory, model.digest)
        server = stack.enter_context(running(environ, folder / "server.log"))
        settings = _settings(operator.server_port, server.client.port)
        found = stack.enter_context(local_prometheus(folder, settings))
        _ask_until_counted(found, server.client, metrics, _question(model))
        yield found


def _question(model: bundles.Sample) -> Any:
    rows = model.table.head(4).to_numpy().tolist()
    shape = [len(rows), len(rows[0])]
    return {"inputs": [{"name": "input", "datatype": "FP64", "shape": shape, "data": rows}]}


def _settings(operator: int, server: int) -> dict[str, Any]:
    own = {"namespace": NAMESPACE, "modeldeployment": NAME, "pod": f"{REVISION}-0"}
    jobs = [
        {"job_name": "operator", "static_configs": [{"targets": [f"127.0.0.1:{operator}"]}]},
        {
            "job_name": "models",
            "static_configs": [{"targets": [f"127.0.0.1:{server}"], "labels": own}],
        },
    ]
    return {"global": {"scrape_interval": "1s"}, "scrape_configs": jobs}


def _operator(registry: CollectorRegistry) -> Metrics:
    """What the operator shows with a canary on its way, a Dataset and a TrainingJob at work."""
    metrics = Metrics(registry)
    metrics.on_leading(leading=True)
    metrics.show_queue(WorkQueue(time.monotonic, lambda: 0.5))
    metrics.show_loop_lag(LoopLag())
    world = a_world()
    job = TrainingJob.model_validate(world.raw(*JOB))
    metrics.show_state(Key("trainingjobs", NAMESPACE, "recipe"), job_state(job))
    metrics.show_state(Key("datasets", NAMESPACE, "data"), dataset_state(a_dataset()))
    return metrics


async def _canary(metrics: Metrics) -> None:
    yard = ServingYard()
    yard.publish("a")
    await yard.run(20)
    yard.publish("b")
    await yard.until(20, a=95, b=5)
    metrics.show_state(Key("modeldeployments", NAMESPACE, NAME), deployment_state(yard.resource))


def _ask_until_counted(
    prometheus: LocalPrometheus, server: Client, metrics: Metrics, question: Any
) -> None:
    """The model answers and passes go on until Prometheus has seen counters rise."""
    asyncio.run(_canary(metrics))
    end = time.monotonic() + LONGEST_WAIT
    while time.monotonic() < end:
        for _ in range(20):
            assert 200 == server.infer(question).status
            metrics.on_pass("modeldeployments", Outcome.DONE, 0.01)
            metrics.on_answer("apply", "Service", 200)
        time.sleep(0.5)
        counters = ("trainyard_requests_total", "trainyard_reconciles_total")
        if all(prometheus.query(f"sum(rate({name}[10s])) > 0") for name in counters):
            return
    raise AssertionError("Prometheus saw no request")


@pytest.mark.parametrize("expr", _queries())
def test_a_panel_finds_data(prometheus: LocalPrometheus, expr: str) -> None:
    """With what a person would have chosen at the top; no number is NaN."""
    chosen = {
        "$namespace": NAMESPACE,
        "$model": NAME,
        "$feature": FEATURE,
        "$__rate_interval": "30s",
    }
    for variable, value in chosen.items():
        expr = expr.replace(variable, value)
    assert "$" not in expr
    found = prometheus.query(expr)
    assert found, expr
    assert [] == [series for series in found if series["value"][1] == "NaN"]
