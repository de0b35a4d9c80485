"""The namespace as people see it."""

from __future__ import annotations

import io

import pytest
from a_namespace import deployment, namespace, releasing, version
from rich.console import Console

from trainyardctl.names import object_name
from trainyardctl.snapshot import Snapshot
from trainyardctl.tree import tree_of

DURING_A_RELEASE = """\
models
└── ✔ dset/wine  4f1c2d3e4a5b, 178 rows
      VersionFound: 178 rows
    └── ✔ tj/wine  wine-2 Succeeded
        ├── ✔ mv/wine-b  accuracy 0.97
        ├── ✔ mv/wine-a  accuracy 0.97
        └── ◌ mdep/wine  step 1/2, NoEvidence
              RollingOut: wine-2222222222: 40 of 300 requests
            ├── wine-1111111111 stable ████████ 80 %  wine-a
            └── wine-2222222222 canary ██ 20 %  wine-b
"""


def drawn(snapshot: Snapshot, only: str = "", width: int = 80) -> str:
    """Return what a terminal without colours shows."""
    text = io.StringIO()
    console = Console(file=text, width=width, no_color=True)
    console.print(tree_of(snapshot, object_name(only) if only else None))
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines()) + "\n"


def test_a_release_is_seen_at_one_glance() -> None:
    """Data, run, versions, weights, and why it is where it is."""
    assert DURING_A_RELEASE == drawn(namespace(releasing()))


@pytest.mark.parametrize("only", ["dset/wine", "tj/wine", "mv/wine-a", "mdep/wine"])
def test_one_object_brings_the_branch_it_stands_in(only: str) -> None:
    """From its data to what serves it."""
    assert DURING_A_RELEASE == drawn(namespace(releasing()), only)


def test_what_stands_elsewhere_is_left_out() -> None:
    """A word says that there is no such object."""
    assert "models\n└── there is no mdep/other here\n" == drawn(namespace(releasing()), "other")
    assert "empty\n└── nothing of ours is here\n" == drawn(Snapshot("empty", {}))


def test_a_deployment_without_its_training_job_stands_alone() -> None:
    """As one that serves a pinned version, or whose TrainingJob is not there yet."""
    alone = Snapshot("models", {"ModelDeployment": (deployment(),)})
    assert "└── ✔ mdep/wine\n" in drawn(alone)
    assert "└── ✔ mdep/wine\n" in drawn(alone, "wine")


def test_files_that_are_scored_stand_below_all() -> None:
    """With parts, rows, and what is set aside; alone where somebody asks for it alone."""
    summary = {"parts": "2/3", "rows": 12000, "setAside": 4}
    ready = {"type": "Ready", "status": "True", "reason": "RowsScored", "message": ""}
    batch = {
        "metadata": {"name": "daily", "generation": 1},
        "status": {"observedGeneration": 1, "summary": summary, "conditions": [ready]},
    }
    new = {"metadata": {"name": "new", "generation": 1}}
    here = namespace(deployment())
    everything = Snapshot("models", {**here.objects, "BatchPrediction": (batch, new)})
    line = "─ ✔ bp/daily  2/3 parts, 12,000 rows, 4 set aside\n"
    assert line in drawn(everything)
    assert "bp/new" in drawn(everything)
    alone = drawn(everything, "bp/daily")
    assert line in alone
    assert "wine" not in alone
    assert "bp/new" not in alone


def test_old_versions_are_counted() -> None:
    """The newest stand first."""
    versions = tuple(version(f"wine-{n}", f"2026-05-{n:02}T10:00:00Z") for n in range(1, 9))
    here = namespace(deployment())
    text = drawn(Snapshot("models", {**here.objects, "ModelVersion": versions}))
    assert text.index("mv/wine-8") < text.index("mv/wine-4")
    assert "and 3 older versions" in text
    assert "mv/wine-3" not in text


def test_signals_stand_below_what_they_are_about() -> None:
    """With their sentence."""
    signals = [{"kind": "Drift", "message": "age below 18: 2 % to 31 %"}]
    text = drawn(namespace(deployment(signals=signals)))
    assert "signal Drift: age below 18: 2 % to 31 %" in text


def test_nothing_is_wider_than_the_terminal() -> None:
    """Long sentences are folded, not cut."""
    long = releasing()
    long["status"]["conditions"][1]["message"] = "word " * 40
    text = drawn(namespace(long))
    assert max(map(len, text.splitlines())) <= 80
    assert 40 == text.count("word")
