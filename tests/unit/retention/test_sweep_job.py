"""The Job that sweeps a store."""

from __future__ import annotations

from datetime import UTC, datetime

from builders_training import an_installation

from trainer.tasks.task import read_sweep_task
from trainyard.installation import BucketStore
from trainyard.retention.references import References
from trainyard.retention.sweep_job import due_at, sweep_job, sweep_name, sweep_task

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
NOTHING: frozenset[str] = frozenset()
KNOWN = References(frozenset({"uid-1"}), NOTHING, frozenset({"0" * 16}), NOTHING, NOTHING)


def test_its_task_is_one_that_the_image_reads() -> None:
    """Nothing is left to a default that would only tell."""
    task = read_sweep_task(sweep_task(KNOWN, 30, NOW, "uid-of-team"))
    assert (30, False, NOW) == (task.keep_days, task.dry_run, task.now)
    assert (("uid-1",), ("0" * 16,)) == (task.references.owners, task.references.digests)


def test_it_is_one_a_day_and_installation() -> None:
    """A name that is taken is the sweep of today."""
    here = an_installation()
    assert sweep_name(here, NOW) == sweep_name(here, NOW.replace(hour=23))
    assert sweep_name(here, NOW) != sweep_name(here, NOW.replace(day=30))
    other = an_installation(id="other-" + "x" * 57)
    assert sweep_name(here, NOW) != sweep_name(other, NOW)
    assert len(sweep_name(other, NOW)) <= 63


def test_it_writes_the_store_and_has_no_token() -> None:
    """It is as restricted as every pod that we make, and belongs to no object."""
    here = an_installation(store=BucketStore("stores", read_secret="reader"))
    made = sweep_job(here, "team", "{}", NOW)
    pod = made["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    secrets = {v["valueFrom"]["secretKeyRef"]["name"] for v in container["env"] if "valueFrom" in v}
    assert ({"trainyard-store"}, ["sweep"]) == (secrets, container["args"])
    assert pod["automountServiceAccountToken"] is False
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert "ownerReferences" not in made["metadata"]
    assert "app.kubernetes.io/managed-by" not in made["metadata"]["labels"]


def test_each_namespace_has_its_turn_in_the_day() -> None:
    """Always the same, and not all of them at once."""
    turns = {due_at(f"team-{n}", NOW) for n in range(50)}
    assert len(turns) > 40
    assert {NOW.date()} == {turn.date() for turn in turns}
