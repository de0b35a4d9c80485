"""From the operator's metrics to somebody's webhook: real Prometheus, real Alertmanager."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import pytest
import yaml
from chart_rendering import CHART
from cluster_access import tool
from free_port import free_port
from local_prometheus import local_prometheus, running_process
from prometheus_client import CollectorRegistry, start_http_server
from webhook_receivers import threaded_webhook

from trainyard.process.metrics import Metrics
from trainyard.reconciling.controller import StateSample
from trainyard.reconciling.queue import Key

pytestmark = pytest.mark.timeout(600)
LONGEST_WAIT = 300


def test_a_stalled_model_reaches_a_webhook_with_its_runbook(tmp_path: Path) -> None:
    """The chart's own rules, but that none waits; the message names model, reason and page."""
    registry = CollectorRegistry()
    metrics = Metrics(registry)
    stalled = StateSample("modeldeployment_stalled", 1.0, {"reason": "Inconclusive"})
    metrics.show_state(Key("modeldeployments", "models", "wine"), [stalled])
    with ExitStack() as stack:
        operator, thread = start_http_server(0, addr="127.0.0.1", registry=registry)
        stack.callback(operator.server_close)
        stack.callback(thread.join)
        stack.callback(operator.shutdown)
        webhook, messages = stack.enter_context(threaded_webhook())
        manager = stack.enter_context(_alertmanager(tmp_path, webhook))
        settings = _settings(tmp_path, operator.server_port, manager)
        stack.enter_context(local_prometheus(tmp_path, settings))
        alert = _awaited(messages, "TrainyardModelStalled")
    assert "firing" == alert["status"]
    assert ("models", "wine", "Inconclusive") == tuple(
        alert["labels"][label] for label in ("namespace", "name", "reason")
    )
    assert "models/wine waits for a person (Inconclusive)" in alert["annotations"]["summary"]
    page = "docs/operations/runbooks/TrainyardModelStalled.md"
    assert page == alert["annotations"]["runbook_url"]


def _awaited(messages: Queue[dict[str, Any]], name: str) -> dict[str, Any]:
    end = time.monotonic() + LONGEST_WAIT
    while time.monotonic() < end:
        try:
            message = messages.get(timeout=1)
        except Empty:
            continue
        for alert in message["alerts"]:
            if alert["labels"]["alertname"] == name:
                found: dict[str, Any] = alert
                return found
    raise AssertionError(f"no message about {name} in {LONGEST_WAIT} s")


@contextmanager
def _alertmanager(folder: Path, webhook: int) -> Iterator[int]:
    receiver = {"name": "hook", "webhook_configs": [{"url": f"http://127.0.0.1:{webhook}/"}]}
    route = {"receiver": "hook", "group_wait": "1s", "group_interval": "1s"}
    settings = folder / "alertmanager.yaml"
    settings.write_text(yaml.safe_dump({"route": route, "receivers": [receiver]}))
    port = free_port()
    program = Path(tool("alertmanager"))
    # Debian's build reads its templates at a fixed place: there is one in a view of our own.
    templates = program.parents[1] / "share"
    view = f'mount --bind {templates} /usr/share && exec "$@"'
    with running_process(
        *("unshare", "--map-root-user", "--mount", "sh", "-c", view, "sh"),
        *(str(program), f"--config.file={settings}", "--cluster.listen-address="),
        *(f"--web.listen-address=127.0.0.1:{port}", f"--storage.path={folder / 'alertmanager'}"),
        log=folder / "alertmanager.log",
    ):
        yield port


def _settings(folder: Path, operator: int, alertmanager: int) -> dict[str, Any]:
    rules = yaml.safe_load((CHART / "alerts/rules.yaml").read_text(encoding="utf-8"))
    for group in rules["groups"]:
        for rule in group["rules"]:
            rule["for"] = "0s"
    (folder / "rules.yaml").write_text(yaml.safe_dump(rules))
    target = [{"targets": [f"127.0.0.1:{operator}"]}]
    job = {"job_name": "operator", "honor_labels": True, "static_configs": target}
    managers = [{"static_configs": [{"targets": [f"127.0.0.1:{alertmanager}"]}]}]
    return {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(folder / "rules.yaml")],
        "scrape_configs": [job],
        "alerting": {"alertmanagers": managers},
    }
