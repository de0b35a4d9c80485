"""Act a: from a file and three manifests to a prediction by curl."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from demo.real_data import first_data, live_rows
from demo.setting import start_client
from demo.stage import NAME, Stage
from demo.waiting import StoryFailed

MANIFESTS = Path(__file__).parent.parent / "manifests"
LOCAL_PORT = 18080


def first_model(stage: Stage) -> None:
    """Apply the three manifests and get a prediction whose header names the digest."""
    chapter = first_data()
    stage.narrator.say(f"{chapter.rows} labelled tumours as CSV in a ConfigMap, and three files:")
    stage.put_data(chapter)
    for file in ("dataset.yaml", "training-job.yaml", "model-deployment.yaml"):
        text = (MANIFESTS / file).read_text()
        stage.kubectl.apply(text)
        if file != "dataset.yaml":
            stage.narrator.applied(text)
    digest = stage.expect("the first model serves", lambda: _served(stage))
    stage.narrator.decided(
        [
            *stage.decisions("dataset", newest=1),
            *stage.decisions("trainingjob", newest=2),
            *stage.decisions("modeldeployment", newest=1),
        ]
    )
    header, answer = _curl(stage)
    if header != digest:
        raise StoryFailed(f"the answer names bundle {header or 'none'}, serving is {digest}")
    stage.narrator.proved(f"predicted {answer}; header trainyard-bundle: {header}")
    stage.narrator.look("kubectl get dset,tj,mv,mdep")
    start_client(stage.kubectl, stage.images)
    stage.expect("the client gets answers", lambda: stage.count().ok > 60)


def _served(stage: Stage) -> str | None:
    status = stage.release()
    conditions = {c["type"]: c["status"] for c in status.get("conditions") or []}
    return stage.stable_bundle() if conditions.get("Ready") == "True" else None


def _curl(stage: Stage) -> tuple[str, str]:
    """Return the bundle header and the first label of one prediction made by curl."""
    values = [float(v) for v in live_rows().csv.splitlines()[1].split(",")[:-1]]
    tensor = {"name": "input", "datatype": "FP64", "shape": [1, len(values)], "data": values}
    url = f"http://127.0.0.1:{LOCAL_PORT}/v2/models/{NAME}/infer"
    forward = subprocess.Popen(
        stage.kubectl.command("port-forward", f"service/{NAME}", f"{LOCAL_PORT}:80"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        curl = [
            "curl", "-sS", "-i", "--retry", "15", "--retry-delay", "1", "--retry-all-errors",
            "--max-time", "5", url, "-d", json.dumps({"inputs": [tensor]}),
        ]  # fmt: skip
        stage.narrator.say(f"curl -i localhost:{LOCAL_PORT}/v2/models/{NAME}/infer -d '…'")
        text = subprocess.run(curl, capture_output=True, text=True, check=True).stdout
    finally:
        forward.terminate()
        forward.wait()
    head, _, body = text.replace("\r\n", "\n").rpartition("\n\n")
    headers = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line)
    return headers.get("trainyard-bundle", ""), str(json.loads(body)["outputs"][0]["data"][0])
