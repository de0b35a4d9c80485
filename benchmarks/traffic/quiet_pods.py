"""`python -m benchmarks.traffic.quiet_pods`: as quiet_models, with real pods on a real node.

Each model has a user of its own. A few models release a version; the weights of one of them change
while the others are held in their step. Exit code 1 where a router is where no release is, where a
request was lost, or where an object of another model changed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

for _folder in ("serving-image", "training-image", "tests", "operator"):
    sys.path.insert(0, str(Path(__file__).parents[2] / _folder))

import serving_bundles as bundles  # noqa: E402
from cluster.grpc_stage import Stage, a_stage  # noqa: E402
from cluster_access import ours  # noqa: E402

from benchmarks.traffic.callers import Question, Rates, Tally, Way, callers  # noqa: E402

MODULE = "benchmarks.traffic.quiet_pods"
ROUTERS_EACH = 2
QUIET, RELEASED = "quiet", "released"
"""What the TrainingJobs are called that the two kinds of models follow."""
_TOGETHER = 10
"""Models that start at once: each start takes a second of a processor and more."""
_KINDS = "services,configmaps,deployments,pods"
_OWNER = "trainyard.dev/owner"
_EACH_SECONDS = 1.0
_WATCHED_SECONDS = 15.0
_SPEC: Mapping[str, Any] = {
    "replicas": 1,
    "traffic": {"router": "Releasing"},
    "server": {"maxConnectionAgeSeconds": 15},
    "rollout": {
        "steps": [
            {"weightPercent": 20, "minSeconds": 1, "pause": "Manual"},
            {"weightPercent": 50, "minSeconds": 1, "pause": "Manual"},
        ],
        "scaleDownDelaySeconds": 1,
    },
    "analysis": {"intervalSeconds": 5, "minRequests": 1, "evidenceTimeoutSeconds": 10},
    "pod": {"resources": {"requests": {"cpu": "5m", "memory": "48Mi"}}},
}
Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """What was counted."""

    models: int
    releasing: int
    seconds_to_start: float
    """Until every model had answered."""
    routers_at_rest: int
    routers_in_releases: int
    of_others: int
    """Routers of models that release nothing."""
    changed_of_others: Mapping[str, int]
    """Objects of other models that changed while the weights of one did, by model."""
    routers_afterwards: int
    answered: int
    lost: Sequence[str]
    """Requests without a good answer, each with its model."""

    @property
    def holds(self) -> bool:
        """Whether routers are where a release is, and no other model noticed anything."""
        elsewhere = (self.routers_at_rest, self.routers_afterwards, self.of_others)
        right = self.routers_in_releases == ROUTERS_EACH * self.releasing
        return right and not any(elsewhere) and not self.changed_of_others and not self.lost

    def sentence(self) -> str:
        """Return what is told."""
        return (
            f"{self.models} models with real pods, all serving after {self.seconds_to_start:.0f} s:"
            f" {self.routers_at_rest} routers at rest; {self.releasing} releasing:"
            f" {self.routers_in_releases}, {self.of_others} of them of other models; a change of"
            f" weights changed {sum(self.changed_of_others.values())} objects of other models;"
            f" afterwards {self.routers_afterwards} routers;"
            f" {len(self.lost)} of {self.answered + len(self.lost)} requests lost"
        )


def main(arguments: Sequence[str]) -> int:
    """Does what was asked for."""
    parser = argparse.ArgumentParser(prog=f"python -m {MODULE}", description=__doc__)
    parser.add_argument("--models", type=int, default=100)
    parser.add_argument("--releasing", type=int, default=5)
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args(arguments)
    if not 0 < options.releasing <= options.models:
        parser.error("--releasing: expected 1 or more, and no more than --models")
    with TemporaryDirectory(prefix="trainyard-quiet-pods-") as folder:
        found = asyncio.run(counted(Path(folder), options.models, options.releasing))
    print(found.sentence())
    print("\n".join(found.lost))
    if options.json is not None:
        options.json.write_text(json.dumps(asdict(found), indent=1))
    return 0 if found.holds else 1


async def counted(folder: Path, models: int, releasing: int) -> Found:
    """Live through it."""
    names = [f"m-{number:03d}" for number in range(models)]
    chosen, tallies = names[:releasing], {name: Tally() for name in names}
    async with a_stage(folder) as stage:
        began = monotonic()
        await _started(stage, names, releasing, began)
        took = monotonic() - began
        async with _users(stage, tallies):
            at_rest = await _routers(stage)
            _tell(began, f"{models} models serve; {releasing} begin a release")
            await _released(stage, chosen)
            in_releases = await _routers(stage)
            _tell(began, f"{len(in_releases)} routers; {chosen[0]} goes on to its next step")
            before = await _versions(stage)
            await _resume(stage, chosen[0])
            await asyncio.sleep(_WATCHED_SECONDS)
            changed = changed_of_others(before, await _versions(stage), chosen[0])
            for step in ("next step", "end"):
                _tell(began, f"all go on to their {step}")
                await asyncio.gather(*(_resume(stage, name) for name in chosen))
            _tell(began, "the routers have to go")
            await _none_is_left(stage)
        lost = [f"{name} {x.way} {x.what}" for name, tally in tallies.items() for x in tally.lost]
        return Found(
            models=models,
            releasing=releasing,
            seconds_to_start=took,
            routers_at_rest=len(at_rest),
            routers_in_releases=len(in_releases),
            of_others=sum(owner not in chosen for owner in in_releases),
            changed_of_others=dict(changed),
            routers_afterwards=len(await _routers(stage)),
            answered=sum(tally.good.total() for tally in tallies.values()),
            lost=lost,
        )


def _tell(began: float, what: str) -> None:
    print(f"{monotonic() - began:5.0f} s  {what}", file=sys.stderr, flush=True)


async def _started(stage: Stage, names: Sequence[str], releasing: int, began: float) -> None:
    """Every model serves the first version."""
    job = {"dataset": {"name": "none"}, "estimator": {"class": "sklearn.linear_model.Ridge"}}
    await asyncio.to_thread(stage.models.make, "v1", bundles.linear(), bundles.tumours())
    for name in (QUIET, RELEASED):
        labels = {"app.kubernetes.io/managed-by": "trainyard"}
        await asyncio.to_thread(stage.node.apply, "TrainingJob", name, job, **labels)
        await asyncio.to_thread(stage.release, name, "v1")
    for first in range(0, len(names), _TOGETHER):
        some = names[first : first + _TOGETHER]
        wanted = manifests(some, names[:releasing])
        words = ("apply", "--server-side", "-f", "-")
        await asyncio.to_thread(stage.node.kubectl, *words, stdin=json.dumps(wanted))
        _tell(began, f"{first} of {len(names)} models serve")
        named = [f"mdep/{name}" for name in some]
        ready = ("wait", *named, "--for=condition=Ready", "--timeout=600s")
        await asyncio.to_thread(stage.node.kubectl, *ready)


def manifests(names: Sequence[str], releasing: Sequence[str]) -> Raw:
    """Return these models as one list."""
    items = [
        {
            "apiVersion": "trainyard.dev/v1alpha1",
            "kind": "ModelDeployment",
            "metadata": {"name": name},
            "spec": {
                "model": {"trainingJob": {"name": RELEASED if name in releasing else QUIET}},
                **_SPEC,
            },
        }
        for name in names
    ]
    return {"apiVersion": "v1", "kind": "List", "items": items}


@asynccontextmanager
async def _users(stage: Stage, tallies: Mapping[str, Tally]) -> AsyncIterator[None]:
    """Each model is asked once a second, by turns on a kept connection and on a new one."""
    listed = json.loads(await _kubectl(stage, "get", "services", "-o", "json"))["items"]
    addresses = {item["metadata"]["name"]: item["spec"].get("clusterIP") for item in listed}
    rates = Rates({Way.KEPT: 0.5, Way.ONE_SHOT: 0.5}, users=1)
    rows = stage.models.samples["v1"].table[:1].to_numpy()
    tensor = {"name": "input", "datatype": "FP64", "shape": rows.shape}
    body = json.dumps({"inputs": [tensor | {"data": rows.ravel().tolist()}]})
    async with AsyncExitStack() as stack:
        for name, tally in tallies.items():
            url = f"http://{addresses[name]}/v2/models/{name}/infer"
            await stack.enter_async_context(callers(Question(url, body), rates, tally))
        yield


async def _released(stage: Stage, chosen: Sequence[str]) -> None:
    """Each of them is held in the first step of the release of a new version."""
    model = bundles.linear().set_params(logisticregression__C=0.5)
    await asyncio.to_thread(stage.models.make, "v2", model, bundles.tumours())
    await asyncio.to_thread(stage.release, RELEASED, "v2")
    for name in chosen:
        await stage.node.sees(name, partial(_is_held, stage, name))


def _is_held(stage: Stage, name: str) -> bool:
    status = stage.node.status(name)
    held = (status.get("rollout") or {}).get("phase") == "Paused"
    return held and bool(status.get("routingAppliedAt"))


async def _resume(stage: Stage, name: str) -> None:
    """The model goes on to its next step, or to its end; who is done already stays so."""
    status = await asyncio.to_thread(stage.node.status, name)
    if not status.get("canary"):
        return
    step = status["rollout"]["step"]
    request = f"resume@{status['canary']['revision']}#{step}"  # one text acts once
    await asyncio.to_thread(stage.node.ask, name, request)

    def has_moved() -> bool:
        now = stage.node.status(name)
        return not now.get("canary") or (now["rollout"]["step"] > step and _is_held(stage, name))

    await stage.node.sees(name, has_moved)


async def _routers(stage: Stage) -> list[str]:
    """Return of which model each router is."""
    named = f"jsonpath={{.items[*].metadata.labels.{_OWNER.replace('.', chr(92) + '.')}}}"
    words = ("get", "pods", "-l", "trainyard.dev/role=router", "-o", named)
    return (await _kubectl(stage, *words)).split()


async def _none_is_left(stage: Stage) -> None:
    """Wait until no release is under way, and what they brought is gone."""
    while await _routers(stage) or any(_releases(m) for m in await _models(stage)):  # noqa: ASYNC110
        await asyncio.sleep(_EACH_SECONDS)


def _releases(model: Raw) -> bool:
    status = model.get("status") or {}
    return bool(status.get("canary") or status.get("leaving"))


async def _models(stage: Stage) -> list[Raw]:
    return await asyncio.to_thread(ours, stage.node.namespace, "modeldeployments")


async def _versions(stage: Stage) -> Mapping[tuple[str, str, str], str]:
    """Return the mark of each object of a model, by model, kind and name."""
    found = json.loads(await _kubectl(stage, "get", _KINDS, "-l", _OWNER, "-o", "json"))["items"]
    marks = {(o["metadata"]["labels"][_OWNER], o["kind"], o["metadata"]["name"]): o for o in found}
    models = {(m["metadata"]["name"], "ModelDeployment", ""): m for m in await _models(stage)}
    return {key: mark_of(key[1], raw) for key, raw in (marks | models).items()}


def mark_of(kind: str, raw: Raw) -> str:
    """Return what changes when somebody changes the object: not what a kubelet says of a pod, nor
    the evidence of a release of the model's own.
    """
    metadata = raw["metadata"]
    if kind == "ModelDeployment":
        return str((raw.get("status") or {}).get("routingGeneration"))
    told = {"Pod": "uid", "Deployment": "generation"}.get(kind, "resourceVersion")
    return str(metadata[told])


def changed_of_others(
    before: Mapping[tuple[str, str, str], str],
    after: Mapping[tuple[str, str, str], str],
    changing: str,
) -> Counter[str]:
    """Return how many objects came, went or changed, by model, of all models but this one."""
    keys: Iterable[tuple[str, str, str]] = before.keys() | after.keys()
    return Counter(k[0] for k in keys if k[0] != changing and before.get(k) != after.get(k))


async def _kubectl(stage: Stage, *words: str) -> str:
    return await asyncio.to_thread(stage.node.kubectl, *words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
