"""What the webhook of the story prints, and how it is read.

Proves: demo/in_cluster/webhook.py
"""

from __future__ import annotations

import json
import threading
import urllib.request
from http.server import ThreadingHTTPServer

import pytest

from demo.alerts import Alert, alerts_in
from demo.in_cluster.webhook import Webhook

LABELS = {"alertname": "TrainyardSignalRaised", "namespace": "n", "signal": "Drift"}
MESSAGE = {
    "alerts": [{"status": "firing", "labels": LABELS, "annotations": {"summary": "Drift of n/m."}}]
}


def test_what_is_posted_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    """An alert that an Alertmanager posts is in the log, whole, among other lines."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Webhook)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/"
        request = urllib.request.Request(url, json.dumps(MESSAGE).encode(), method="POST")
        with urllib.request.urlopen(request, timeout=60) as answer:
            assert 200 == answer.status
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    found = alerts_in("something else\n" + capsys.readouterr().out)

    assert [Alert("TrainyardSignalRaised", "firing", LABELS, "Drift of n/m.")] == found
