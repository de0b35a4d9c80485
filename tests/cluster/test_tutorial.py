"""The tutorial, typed as its page says, with the real operator on the real node."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cluster.model_yard import model_yard
from cluster.reader import Reader
from cluster.whole_life import SETTINGS, STORE
from cluster_access import ROOT, run

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(3600)]
PAGE = ROOT / "docs" / "tutorial.md"
FENCE = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^## (\d)\.", re.MULTILINE)


def steps() -> list[str]:
    """Return what is typed before the first step, and in each of them."""
    parts = HEADING.split(PAGE.read_text(encoding="utf-8"))
    return ["".join(FENCE.findall(part)) for part in (parts[0], *parts[2::2])]


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    """Give a reader with the repository, the operator, a namespace and a store."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    with model_yard(tmp_path, dict(SETTINGS), ["tutorial"]) as yard:
        run(sys.executable, "-m", "devcluster", "target", "volume", yard.namespace, STORE, "1Gi")
        yield Reader(yard, tmp_path, "tutorial")


def test_a_reader_gets_what_the_page_promises(reader: Reader) -> None:
    """A first model, a better one promoted, a worse one rolled back, drift learnt."""
    prepared, first, better, worse, drift = steps()
    assert "store.yaml" in prepared, "the reader has operator, namespace and store already"

    outputs = json.loads(reader.types(first).splitlines()[-1])["outputs"]
    assert outputs[0]["data"][0] in {"yes", "no"}

    assert "answered by deliveries-" in reader.types(better)
    serving = reader.yard.state().status("ModelDeployment", "deliveries")
    assert "NewData" == reader.yard.state().runs("deliveries")[0]["cause"]["kind"]

    assert "errors" in reader.types(worse)
    status = reader.yard.state().status("ModelDeployment", "deliveries")
    assert serving["stable"]["revision"] == status["stable"]["revision"]

    told_last = reader.types(drift)
    assert "rain_mm" in told_last
    assert "Signal" in told_last
    after = reader.yard.state().status("ModelDeployment", "deliveries")
    assert serving["stable"]["revision"] != after["stable"]["revision"]
    assert not after.get("signals")
    assert "CrashLoopBackOff" not in reader.yard.kubectl("get", "pods")
