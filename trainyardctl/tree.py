"""The objects of a namespace as a tree: data, what trains on it, what serves what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import MappingProxyType

from rich.text import Text
from rich.tree import Tree

from trainyardctl.names import ObjectName
from trainyardctl.outcome import Outcome, stand_of
from trainyardctl.snapshot import Raw, Snapshot, at, name_of, why

VERSIONS_SHOWN = 5
"""Of each TrainingJob, the newest first; the rest is counted."""

_MARKS = MappingProxyType(
    {
        Outcome.SETTLED: ("✔", "green"),
        Outcome.UNDER_WAY: ("◌", "cyan"),
        Outcome.WAITS_FOR_YOU: ("‖", "yellow"),
        Outcome.FAILED: ("✖", "red"),
    }
)


def tree_of(snapshot: Snapshot, only: ObjectName | None = None) -> Tree:
    """Return the tree of the namespace, or of the branch in which `only` stands."""
    root = Tree(Text(snapshot.namespace, style="bold"), guide_style="dim")
    datasets = {name_of(raw): raw for raw in snapshot.of("Dataset")}
    jobs = [raw for raw in snapshot.of("TrainingJob") if _stands_in(snapshot, raw, only)]
    for name, raw in datasets.items():
        mine = [job for job in jobs if at(job, "spec.dataset.name") == name]
        if mine or only is None or only == ObjectName("Dataset", name):
            branch = root.add(_line("Dataset", raw, _version_of_data(raw)))
            _add_jobs(branch, snapshot, mine)
    _add_jobs(root, snapshot, [j for j in jobs if at(j, "spec.dataset.name") not in datasets])
    _add_deployments(root, _without_job(snapshot, only))
    for raw in snapshot.of("BatchPrediction"):
        if only in (None, ObjectName("BatchPrediction", name_of(raw))):
            root.add(_line("BatchPrediction", raw, _progress_of_batch(raw)))
    if not root.children:
        root.add(Text("nothing of ours is here" if only is None else f"there is no {only} here"))
    return root


def _stands_in(snapshot: Snapshot, job: Raw, only: ObjectName | None) -> bool:
    """Tell whether the branch of this TrainingJob is to be shown."""
    if only is None:
        return True
    name = name_of(job)
    related = {
        ObjectName("TrainingJob", name),
        ObjectName("Dataset", str(at(job, "spec.dataset.name"))),
        *(ObjectName("ModelVersion", name_of(v)) for v in snapshot.versions_of(name)),
        *(ObjectName("ModelDeployment", name_of(d)) for d in snapshot.followers_of(name)),
    }
    return only in related


def _without_job(snapshot: Snapshot, only: ObjectName | None) -> Sequence[Raw]:
    """Return the deployments that follow no TrainingJob of this namespace."""
    jobs = {name_of(raw) for raw in snapshot.of("TrainingJob")}
    return [
        raw
        for raw in snapshot.of("ModelDeployment")
        if at(raw, "spec.model.trainingJob.name") not in jobs
        and only in (None, ObjectName("ModelDeployment", name_of(raw)))
    ]


def _add_jobs(branch: Tree, snapshot: Snapshot, jobs: Iterable[Raw]) -> None:
    for job in jobs:
        below = branch.add(_line("TrainingJob", job, at(job, "status.summary.run") or ""))
        versions = snapshot.versions_of(name_of(job))
        for version in versions[:VERSIONS_SHOWN]:
            below.add(_line("ModelVersion", version, at(version, "status.summary.metrics") or ""))
        if len(versions) > VERSIONS_SHOWN:
            below.add(Text(f"and {len(versions) - VERSIONS_SHOWN} older versions", style="dim"))
        _add_deployments(below, snapshot.followers_of(name_of(job)))


def _add_deployments(branch: Tree, deployments: Iterable[Raw]) -> None:
    for raw in deployments:
        below = branch.add(_line("ModelDeployment", raw, _step_of(raw)))
        for share in at(raw, "status.traffic") or ():
            below.add(_share(raw, share))
        for signal in at(raw, "status.signals") or ():
            sentence = f"signal {signal.get('kind', '')}: {signal.get('message', '')}"
            below.add(Text(sentence, style="yellow"))


def _share(raw: Raw, share: Raw) -> Text:
    role, revision = share.get("role", ""), share.get("revision", "")
    weight = int(share.get("weightPercent") or 0)
    bar = "█" * round(weight / 10)
    version = at(raw, f"status.{role}.modelVersion") or ""
    line = Text(f"{revision} ")
    line.append(f"{role} ", style="green" if role == "stable" else "cyan")
    line.append(f"{bar or '▏'} {weight} %")
    line.append(f"  {version}", style="dim")
    return line


def _line(kind: str, raw: Raw, detail: str) -> Text:
    stand = stand_of(raw)
    mark, style = _MARKS[stand.outcome]
    line = Text(f"{mark} ", style=style)
    line.append(str(ObjectName(kind, name_of(raw))), style="bold")
    if detail:
        line.append(f"  {detail}", style="default not bold")
    sentence = stand.why if stand.outcome is not Outcome.SETTLED else why(raw)
    if sentence:
        line.append(f"\n  {sentence}", style="dim" if stand.outcome is Outcome.SETTLED else style)
    return line


def _version_of_data(raw: Raw) -> str:
    current = at(raw, "status.current")
    return f"{current.get('name', '')}, {current.get('rows', 0):,} rows" if current else ""


def _progress_of_batch(raw: Raw) -> str:
    summary = at(raw, "status.summary") or {}
    if not summary.get("parts"):
        return ""
    aside = f", {summary['setAside']:,} set aside" if summary.get("setAside") else ""
    return f"{summary['parts']} parts, {summary.get('rows', 0):,} rows{aside}"


def _step_of(raw: Raw) -> str:
    rollout = at(raw, "status.rollout")
    if not rollout:
        return ""
    return f"step {rollout.get('progress') or '0'}, {rollout.get('verdict', '')}"
