"""The whole benchmark with three models.

Proves: benchmarks/control_plane/api_server.py, benchmarks/control_plane/first_model.py
Proves: benchmarks/control_plane/meter.py, benchmarks/control_plane/network.py
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass

import pytest
from cluster_access import ROOT

from benchmarks.control_plane import figures as names
from benchmarks.control_plane.figures import Figures
from benchmarks.control_plane.first_model import VERSIONS
from benchmarks.control_plane.report import report_of

pytestmark = pytest.mark.timeout(900)
MODELS = 3


@dataclass(frozen=True, slots=True)
class Run:
    """What the models cost, what the command said, and what the processes logged."""

    figures: Figures
    output: str
    logs: set[str]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run the command."""
    folder = tmp_path_factory.mktemp("control-plane")
    command = (
        *(sys.executable, "-m", "benchmarks.control_plane", "--quick", "--models", str(MODELS)),
        *("--json", str(folder / "figures.json"), "--logs", str(folder)),
    )
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, f"{ended.stdout[-3000:]}\n{ended.stderr[-6000:]}"
    (figures,) = report_of((folder / "figures.json").read_text()).sizes
    return Run(figures, ended.stdout, {path.name for path in folder.glob("*.log")})


def test_every_question_is_answered(run: Run) -> None:
    """Each episode is there, and was told as it ended."""
    episodes = set(run.figures.episodes)
    assert episodes == {
        *(names.CHILDREN, names.START, names.RESTART, names.IDLE, names.SCRAPE),
        *(names.ANNOTATION, names.SPEC, names.CREATE, names.ROLLOUT, names.ROLLOUTS),
        names.MONITORED,
    }
    assert all(f"{MODELS} models, {name}:" in run.output for name in episodes)
    assert {"etcd.log", "kube-apiserver.log", "operator.log"} <= run.logs


def test_each_model_has_its_versions_and_children(run: Run) -> None:
    """The original and its copies, and one ModelDeployment more for each that was created; each
    has a server and two routers.
    """
    objects, created = run.figures.objects, run.figures.episodes[names.CREATE].count
    assert objects["Dataset"] == objects["TrainingJob"] == MODELS + 1
    assert objects["ModelVersion"] == (MODELS + 1) * VERSIONS
    assert objects["ModelDeployment"] == MODELS + 1 + created
    assert objects["Deployment"] == 2 * objects["ModelDeployment"]
    assert objects["Pod"] >= 3 * objects["ModelDeployment"]


def test_what_was_copied_is_settled(run: Run) -> None:
    """The operator takes the statuses of the copies as they are: it only makes children."""
    requests = run.figures.episodes[names.CHILDREN].requests
    written = {name for name in requests if not name.startswith(("get ", "list ", "watch "))}
    ours = ("datasets", "trainingjobs", "modelversions")
    assert not {name for name in written if any(kind in name for kind in ours)}


@pytest.mark.parametrize("start", [names.START, names.RESTART])
def test_a_settled_fleet_is_left_alone(run: Run, start: str) -> None:
    """A start reads everything and writes nothing."""
    episode = run.figures.episodes[start]
    assert episode.written() == 0
    assert {"list modeldeployments", "watch pods"} <= set(episode.requests)
    assert episode.passes["modelversions"] >= run.figures.objects["ModelVersion"] - VERSIONS


def test_a_change_wakes_few_and_costs_one_write(run: Run) -> None:
    """The status is brought up to date; nothing else has to be done."""
    episode = run.figures.episodes[names.SPEC]
    assert episode.woken() / episode.count <= 5
    assert episode.requests["update modeldeployments/status"] == episode.count
    assert episode.written() == episode.count


def test_nothing_is_asked_at_rest(run: Run) -> None:
    """Watches tell what there is to know; the lease alone comes by the clock."""
    idle = run.figures.episodes[names.IDLE]
    assert idle.asked() == 0
    assert "leases" in "".join(idle.requests)
    assert idle.wall >= 15


def test_how_long_the_event_loop_was_held_is_told(run: Run) -> None:
    """How long it may be is a bar of the whole benchmark: here, other tests run beside it."""
    for name, episode in run.figures.episodes.items():
        assert 0 < episode.lag_ms < 60_000, name


def test_every_model_is_watched(run: Run) -> None:
    """Each had a window or two compared in that time, and the sums of its servers kept."""
    episode = run.figures.episodes[names.MONITORED]
    assert episode.count == MODELS
    assert episode.requests["update modeldeployments/status"] >= MODELS
    assert episode.requests["patch configmaps"] >= MODELS


def test_rollouts_are_decided_on_counters_and_need_each_child_once(run: Run) -> None:
    """Two steps of five seconds are two intervals at least; each new revision has a Deployment of
    its own, and what served before goes.
    """
    episode = run.figures.episodes[names.ROLLOUTS]
    assert episode.intervals / episode.count >= 2
    for what in ("create deployments", "delete deployments", "delete services"):
        assert episode.requests[what] == episode.count, what


def test_time_and_memory_are_those_of_the_operator(run: Run) -> None:
    """More than nothing, and no more than can be."""
    for name, episode in run.figures.episodes.items():
        assert episode.cpu <= 2 * episode.wall + 1, name
        assert 20 < episode.memory_mib <= episode.peak_mib, name
