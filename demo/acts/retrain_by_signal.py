"""Act g: the world drifts, the operator names what moved, an alert goes out, a retrain follows."""

from __future__ import annotations

from typing import Any

from demo.alerts import Alert, read_alerts
from demo.real_data import recalibrated_data
from demo.stage import NAME, Stage
from demo.traffic import behave
from demo.waiting import StoryFailed

ALERT = "TrainyardSignalRaised"
WATCH = {"windowSeconds": 10, "minRows": 200, "minEffect": "0.5", "windows": 2}
"""The client goes round a hundred rows, which differ a little from those of the training."""


def retrain_by_signal(stage: Stage) -> None:
    """Recalibrate the measuring device; the loop mends the model without a person."""
    stable = stage.stable_bundle()
    stage.narrator.say("new data alone start no run any more, drift does:")
    stage.change_spec("tj", {"retrain": {"onNewData": None}})
    stage.narrator.say("live values are compared with the training's, in windows of ten seconds:")
    stage.change_spec("mdep", {"monitoring": {"drift": WATCH}})
    stage.narrator.say("a device is replaced: it reads a quarter too high, and answers go wrong")
    stage.put_data(recalibrated_data())
    behave(stage.kubectl, "recalibrated")
    signal = stage.expect("drift is found", lambda: _drift(stage))
    message = str(signal.get("message", ""))
    stage.narrator.decided([f"signal {signal['kind']}: {message}"])
    if "→" not in message:
        raise StoryFailed(f"the signal names no bin that moved: {message}")
    alert = stage.expect("the alert reaches the webhook", lambda: _alert(stage))
    stage.narrator.say(f"an Alertmanager posted to a webhook: {alert.name}: {alert.summary}")
    run = stage.expect("a run starts because of it", lambda: _run(stage))
    stage.narrator.decided(stage.decisions("trainingjob", newest=2))
    cause = run["cause"]
    stage.narrator.say(f"run {run['name']} has its cause on record: {cause['kind']}")
    stage.expect_new_stable(stable)
    accuracy = stage.expect("answers are right again", lambda: _mended(stage))
    stage.narrator.proved(f"retrained on the signal; {accuracy:.0%} of the live answers are right")
    stage.narrator.look(f"kubectl get mdep {NAME} -o jsonpath='{{.status.monitors}}'")


def _drift(stage: Stage) -> dict[str, Any] | None:
    signals: list[dict[str, Any]] = stage.release().get("signals") or []
    return next((s for s in signals if s["kind"] == "Drift"), None)


def _alert(stage: Stage) -> Alert | None:
    about_drift = (
        alert
        for alert in read_alerts(stage.kubectl)
        if alert.name == ALERT and alert.labels.get("signal") == "Drift"
    )
    return next(about_drift, None)


def _run(stage: Stage) -> dict[str, Any] | None:
    runs: list[dict[str, Any]] = stage.training().get("runs") or []
    return next((r for r in runs if r["cause"]["kind"] == "Signal"), None)


def _mended(stage: Stage) -> float | None:
    accuracy = stage.count().accuracy
    return accuracy if accuracy >= 0.92 else None
