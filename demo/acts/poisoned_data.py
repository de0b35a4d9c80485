"""Act c: impossible measurements are refused by column and row; the old model serves on."""

from __future__ import annotations

from typing import Any

from demo.real_data import better_data, poisoned_data
from demo.stage import NAME, Stage
from demo.waiting import StoryFailed


def poisoned_data_arrives(stage: Stage) -> None:
    """Offer a file with three negative radii; nothing but a condition changes."""
    stable, version = stage.stable_bundle(), _version(stage)
    stage.narrator.say("three rows of the file get a negative radius")
    stage.put_data(poisoned_data())
    stage.ask("dataset", "refresh@now")
    failure = stage.expect("the file is refused", lambda: _failure(stage))
    stage.narrator.decided([str(failure.get("message") or failure)])
    stage.narrator.look(f"kubectl get dset {NAME} -o jsonpath='{{.status.lastRefresh.failures}}'")
    if failure.get("column") != "mean radius" or failure.get("count") != 3:
        raise StoryFailed(f"expected 3 rows of column 'mean radius' to be named, found {failure}")
    if (_version(stage), stage.stable_bundle()) != (version, stable):
        raise StoryFailed("the refused file changed the current version or the served model")
    examples = "; ".join(failure.get("examples") or [])
    stage.narrator.proved(f"refused: {examples}; the version and the model are as before")
    stage.put_data(better_data())
    stage.ask("dataset", "refresh@now")
    stage.expect("the mended file is accepted", lambda: _accepted(stage))


def _version(stage: Stage) -> str:
    return str((stage.dataset().get("current") or {}).get("digest", ""))


def _failure(stage: Stage) -> dict[str, Any] | None:
    last = stage.dataset().get("lastRefresh") or {}
    failures: list[dict[str, Any]] = last.get("failures") or []
    return failures[0] if last.get("outcome") == "Refused" and failures else None


def _accepted(stage: Stage) -> bool:
    status = stage.dataset()
    last = status.get("lastRefresh") or {}
    return not status.get("refresh") and last.get("outcome") == "Accepted"
