"""Everything is deleted, and restored as docs/operations/running.md says, command by command."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from restore.typist import Object, Typist

from benchmarks.tutorial.bars import until_a_prediction
from benchmarks.tutorial.empty_cluster import clean, with_storage
from benchmarks.tutorial.page import commands_of

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(3600)]
ROOT = Path(__file__).parents[2]
TUTORIAL = commands_of((ROOT / "docs/tutorial.md").read_text())
PAGE = [
    command
    for command in commands_of((ROOT / "docs/operations/running.md").read_text())
    if command.part == "Backup and restore"
]
SAVE, *EMPTY = PAGE[:6]
WITH_STATUS, WITHOUT_STATUS = PAGE[6:8], PAGE[8:]
LOOKED_ON_SECONDS = 20
"""Four looks of the tutorial's analysis."""
ANOTHER_TEMPLATE = '{"spec": {"server": {"maxBatchRows": 256}}}'


def test_the_page_has_one_command_that_saves_and_two_ways() -> None:
    """So that the lines above take the right ones."""
    assert SAVE.short.startswith("kubectl get")
    assert "replicas=0" in EMPTY[0].text
    assert "--subresource=status" in WITH_STATUS[0].text
    assert WITHOUT_STATUS == WITH_STATUS[1:]


def test_a_rollout_goes_on_where_it_was_with_status_and_nothing_is_trained(
    typist: Typist,
) -> None:
    """Then once more without status: the same version serves, read from the same data."""
    typist.types(TUTORIAL[: until_a_prediction(TUTORIAL)])
    said = typist.answer()
    typist.kubectl("patch", "mdep", "deliveries", "--type=merge", "-p", ANOTHER_TEMPLATE)
    before = typist.until("the canary has a weight", "mdep", _has_a_weight)
    trained = typist.status("tj")
    data = typist.status("dset")["current"]["digest"]
    version = typist.kubectl("get", "mv", "-o", "name")
    typist.types([SAVE])

    _everything_is_lost(typist)
    typist.types([*EMPTY, *WITH_STATUS])
    assert said == typist.answer()
    _children_serve(typist, before)
    after = typist.status("mdep")
    for role in ("stable", "canary"):
        assert before[role]["revision"] == after[role]["revision"]
        assert before[role]["bundleDigest"] == after[role]["bundleDigest"]
    assert before["rollout"]["startedAt"] == after["rollout"]["startedAt"]
    assert before["rollout"]["step"] == after["rollout"]["step"]
    assert before["rollout"]["weightPercent"] == after["rollout"]["weightPercent"]
    assert typist.answer() == said
    assert _names(trained) == _names(typist.status("tj"))

    _everything_is_lost(typist)
    typist.types([*EMPTY, *WITHOUT_STATUS])
    typist.kubectl("wait", "--for=condition=Ready", "mdep/deliveries", "--timeout=15m")
    assert said == typist.answer()
    begun = typist.status("mdep")
    assert before["stable"]["bundleDigest"] == begun["stable"]["bundleDigest"]
    assert not begun.get("rollout")
    assert data == typist.status("dset")["current"]["digest"]
    assert [] == _names(typist.status("tj"))
    assert version == typist.kubectl("get", "mv", "-o", "name")


def _has_a_weight(status: Object) -> bool:
    return bool((status.get("rollout") or {}).get("weightPercent"))


def _children_serve(typist: Typist, before: Object) -> None:
    """Pods of both versions and routers are there again; then nothing moves for a while."""
    wanted = {f"deployment.apps/{before[role]['revision']}" for role in ("stable", "canary")}
    typist.until("both are there", "mdep", lambda _: wanted <= _deployments(typist))
    owned = ("deployment", "-l", "trainyard.dev/owner=deliveries")
    typist.kubectl("wait", "--for=condition=Available", *owned, "--timeout=10m")
    time.sleep(LOOKED_ON_SECONDS)


def _deployments(typist: Typist) -> set[str]:
    return set(typist.kubectl("get", "deployment", "-o", "name").split())


def _everything_is_lost(typist: Typist) -> None:
    """Namespaces, kinds, operator; the store's volume stays."""
    clean(typist.cluster)
    with_storage(typist.cluster, keep=True)


def _names(status: Object) -> list[str]:
    return [run["name"] for run in status.get("runs") or ()]
