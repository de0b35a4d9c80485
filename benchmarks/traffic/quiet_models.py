"""`python -m benchmarks.traffic.quiet_models`: many models at rest in one namespace, few releasing.

On an API server of its own, with played pods. At rest there is no router; a release has two; what
one model's weights become is written to that model's objects alone. Exit code 1 where not.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.control_plane.api_server import PROGRAMS
from benchmarks.control_plane.audit import LEASE
from benchmarks.control_plane.first_model import serves, until
from benchmarks.control_plane.isolation import answer_for_all, apart, is_apart
from benchmarks.control_plane.kube_api import Raw, collection
from benchmarks.control_plane.operator_process import operator_process
from benchmarks.control_plane.stage import Fleet, Place, Stage, stage
from devcluster.places import places_from
from devcluster.programs import Programs
from devcluster.progress import Progress

MODULE = "benchmarks.traffic.quiet_models"
ROUTERS_EACH = 2
_PATIENCE = 1800.0
_SETTLED_SECONDS = 1200.0
_SOURCE = Path(__file__).parents[2] / "devcluster"
_SPEC: Raw = {
    "traffic": {"router": "Releasing"},
    "rollout": {
        "steps": [{"weightPercent": 20, "minSeconds": 1, "pause": "Manual"}],
        "scaleDownDelaySeconds": 1,
    },
    "analysis": {"intervalSeconds": 5, "minRequests": 50},
}
_TEMPLATE: Raw = {"spec": {"server": {"maxBatchRows": 37}}}
_ALONE = {"TRAINYARD_LEADER_ELECTION": "false"}
"""No other replica is there to lose a lease to on a busy machine."""
_SELECTED = "labelSelector=trainyard.dev/role%3Drouter"
_WRITES = frozenset({"create", "update", "patch", "delete"})


@dataclass(frozen=True, slots=True)
class Found:
    """What was counted."""

    models: int
    releasing: int
    routers_at_rest: int
    routers_in_releases: int
    of_others: int
    """Routers of models that release nothing."""
    written: int
    """Writes while the weights of one model changed, to its objects."""
    written_to_others: Mapping[str, int]
    """The same, to objects of all other models, by their name."""
    routers_afterwards: int

    @property
    def holds(self) -> bool:
        """Whether routers are where a release is, and nowhere else."""
        elsewhere = (self.routers_at_rest, self.routers_afterwards, self.of_others)
        right = self.routers_in_releases == ROUTERS_EACH * self.releasing
        return right and not any(elsewhere) and not self.written_to_others and self.written > 0

    def sentence(self) -> str:
        """Return what is told."""
        return (
            f"{self.models} models at rest: {self.routers_at_rest} routers; {self.releasing}"
            f" releasing: {self.routers_in_releases}, {self.of_others} of them of other models; a"
            f" change of weights: {self.written} writes, {sum(self.written_to_others.values())} to"
            f" other models; afterwards {self.routers_afterwards} routers"
        )


def main(arguments: Sequence[str]) -> int:
    """Does what was asked for."""
    parser = argparse.ArgumentParser(prog=f"python -m {MODULE}", description=__doc__)
    parser.add_argument("--models", type=int, default=100)
    parser.add_argument("--releasing", type=int, default=5)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--logs", type=Path, metavar="FOLDER", help="keep all logs here")
    options = parser.parse_args(arguments)
    places = places_from(os.environ, Path.home(), _SOURCE)
    programs = Programs(places, Progress())
    found_programs = {name: programs.path(name) for name in PROGRAMS}  # before the network is gone
    if not is_apart(os.environ):
        return apart((sys.executable, "-m", MODULE, *arguments))
    answer_for_all()
    with TemporaryDirectory(prefix="trainyard-quiet-") as folder:
        work = counted(found_programs, Path(folder), options.models, options.releasing)
        try:
            found = asyncio.run(work)
        finally:
            if options.logs is not None:
                shutil.copytree(folder, options.logs, ignore=shutil.ignore_patterns("etcd"))
    print(found.sentence())
    if options.json is not None:
        options.json.write_text(json.dumps(asdict(found), indent=1))
    return 0 if found.holds else 1


async def counted(programs: Mapping[str, Path], folder: Path, models: int, releasing: int) -> Found:
    """Live through it."""
    async with (
        stage(programs, Fleet(models, 1, _SPEC), folder) as place,
        operator_process(place.server.kubeconfig(), folder / "operator.log", _ALONE) as operator,
    ):
        operator.begin()
        await operator.settled(_SETTLED_SECONDS)
        at_rest = await _routers(place)
        chosen = place.fleet.places(0, releasing)
        for one in chosen:
            await place.api.ask("PATCH", _path(one), _TEMPLATE)
        for one in chosen:
            await until(partial(_is_held, place, one), _PATIENCE)
        in_releases = await _routers(place)
        operator.begin()
        await operator.settled(_SETTLED_SECONDS)
        began = place.server.audit_log.stat().st_size
        await _resume(place, chosen[0])
        await until(partial(_is_promoted, place, chosen[0]), _PATIENCE)
        written = _written(place.server.audit_log, began)
        for one in chosen[1:]:
            await _resume(place, one)
        for one in chosen:
            await until(partial(serves, place.api, *one), _PATIENCE)
        await until(partial(_no_router, place), _PATIENCE)
        return _found(models, chosen, at_rest, in_releases, written)


def _found(
    models: int,
    chosen: Sequence[Place],
    at_rest: Sequence[str],
    in_releases: Sequence[str],
    written: Counter[str],
) -> Found:
    names = {name for _, name in chosen}
    first = chosen[0][1]
    return Found(
        models=models,
        releasing=len(chosen),
        routers_at_rest=len(at_rest),
        routers_in_releases=len(in_releases),
        of_others=sum(owner not in names for owner in in_releases),
        written=written[first],
        written_to_others={name: n for name, n in written.items() if name != first},
        routers_afterwards=0,
    )


async def _routers(place: Stage) -> list[str]:
    """Return of which model each router is."""
    pods = await place.api.items("Pod", query=_SELECTED)
    return [pod["metadata"]["labels"]["trainyard.dev/owner"] for pod in pods]


async def _no_router(place: Stage) -> bool:
    return not await _routers(place)


async def _is_held(place: Stage, one: Place) -> bool:
    status = await _status(place, one)
    held = (status.get("rollout") or {}).get("phase") == "Paused"
    return held and bool(status.get("routingAppliedAt"))


async def _is_promoted(place: Stage, one: Place) -> bool:
    status = await _status(place, one)
    return not status.get("canary") and bool(status.get("routingAppliedAt"))


async def _status(place: Stage, one: Place) -> Raw:
    status: Raw = (await place.api.ask("GET", _path(one))).get("status") or {}
    return status


async def _resume(place: Stage, one: Place) -> None:
    revision = (await _status(place, one))["canary"]["revision"]
    asked = {"metadata": {"annotations": {"trainyard.dev/request": f"resume@{revision}"}}}
    await place.api.ask("PATCH", _path(one), asked)


def _path(one: Place) -> str:
    namespace, name = one
    return f"{collection('ModelDeployment', namespace)}/{name}"


def _written(log: Path, offset: int) -> Counter[str]:
    with log.open("rb") as file:
        file.seek(offset)
        return written_by_model(file.read().decode(errors="replace").splitlines())


def written_by_model(lines: Iterable[str]) -> Counter[str]:
    """Return how often the operator wrote to each model's objects, by these audit lines.

    Leases and Events are no objects of a model.
    """
    found: Counter[str] = Counter()
    for line in lines:
        if not line.endswith("}"):
            continue
        entry = json.loads(line)
        place = entry.get("objectRef") or {}
        own = place.get("resource") in (LEASE, "events")
        if entry["stage"] == "ResponseComplete" and entry["verb"] in _WRITES and not own:
            found[_model(place.get("name", ""))] += 1
    return found


def _model(name: str) -> str:
    """Return the model of an object by its name: `m-00017-router` is of `m-00017`."""
    return "-".join(name.split("-")[:2])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
