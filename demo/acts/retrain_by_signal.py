"""Act g: live quality falls, a signal rises, fresh data is asked for, a better model follows."""

from __future__ import annotations

from typing import Any

from demo.real_data import recalibrated_data
from demo.stage import NAME, Stage
from demo.traffic import behave
from demo.waiting import StoryFailed


def retrain_by_signal(stage: Stage) -> None:
    """Recalibrate the measuring device; the loop mends the model without a person."""
    stable = stage.stable_bundle()
    stage.narrator.say("new data alone start no run any more:")
    without = '{"spec": {"retrain": {"onNewData": null}}}'
    stage.narrator.applied(f"kubectl patch tj {NAME} --type=merge -p '{without}'", "sh")
    stage.kubectl.run("patch", "tj", NAME, "--type=merge", "-p", without)
    stage.narrator.say("a device is replaced: it reads a quarter too high, and answers go wrong")
    stage.put_data(recalibrated_data())
    behave(stage.kubectl, "recalibrated")
    signal = stage.expect("the signal rises", lambda: _signal(stage))
    stage.narrator.decided([f"signal {signal['kind']}: {signal.get('message', '')}"])
    run = stage.expect("a run starts because of it", lambda: _run(stage))
    stage.narrator.decided(stage.decisions("trainingjob", newest=2))
    cause = run["cause"]
    stage.narrator.say(f"run {run['name']} has its cause on record: {cause['kind']}")
    stage.expect_new_stable(stable)
    accuracy = stage.expect("answers are right again", lambda: _mended(stage))
    stage.narrator.proved(f"retrained on the signal; {accuracy:.0%} of the live answers are right")
    stage.narrator.look(f"kubectl get tj {NAME} -o jsonpath='{{.status.runs}}'")
    if stage.stable_bundle() == stable:
        raise StoryFailed("the retrained model did not become stable")


def _signal(stage: Stage) -> dict[str, Any] | None:
    signals: list[dict[str, Any]] = stage.release().get("signals") or []
    return signals[0] if signals else None


def _run(stage: Stage) -> dict[str, Any] | None:
    runs: list[dict[str, Any]] = stage.training().get("runs") or []
    return next((r for r in runs if r["cause"]["kind"] == "Signal"), None)


def _mended(stage: Stage) -> float | None:
    accuracy = stage.count().accuracy
    return accuracy if accuracy >= 0.92 else None
