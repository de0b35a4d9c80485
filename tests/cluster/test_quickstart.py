"""The quickstart, typed as its page says, with the real operator on the real node."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from cluster.model_yard import model_yard
from cluster.reader import Reader
from cluster.whole_life import SETTINGS
from cluster_access import ROOT
from documented_commands import PAGES, fenced
from free_port import free_port
from typed.untyped import why_untyped

from benchmarks.tutorial.empty_cluster import CLAIM, the_cluster, with_storage
from benchmarks.tutorial.page import Command

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(1800)]
PAGE = ROOT / "docs" / "quickstart.md"
MADE, *TYPED = fenced(PAGE)
LOG = re.compile(r"kubectl -n (NAMESPACE|models) logs (?!.*trainyard-sweep)")


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    """Give a reader with an installed operator, whose namespace is made already."""
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    readme = (ROOT / "README.md").read_text()
    fences = re.findall(r"^```yaml\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
    (tmp_path / "wine.yaml").write_text(next(f for f in fences if "kind: ModelDeployment" in f))
    cluster = the_cluster()
    with model_yard(tmp_path, dict(SETTINGS), ["quickstart"]) as yard:
        with_storage(cluster, yard.namespace)
        try:
            yield Reader(yard, tmp_path, "models")
        finally:
            cluster.kubectl("delete", "pv", f"{yard.namespace}-{CLAIM}", "--wait=false")


def logs() -> list[Command]:
    """Return every command of the pages that shows a log of what the quickstart leaves."""
    return [
        one
        for page in PAGES
        for one in fenced(page)
        if LOG.match(one.text) and "kubelet" in why_untyped(str(page), one.part, one.text)
    ]


def test_a_reader_has_a_prediction_and_the_logs(reader: Reader) -> None:
    """The first model answers through the port that the page forwards, and names its bundle; then
    the logs that guide and runbooks lead to are there.
    """
    assert "create namespace" in MADE.text
    script = "\n".join(one.text for one in TYPED).replace("8080", str(free_port()))
    shown = reader.types(f"{script}\nkill %1")
    assert "trainyard-bundle: sha256:" in shown
    assert re.search(r'"data": ?\["class_\d"\]', shown), shown

    found = logs()
    assert 4 == len(found)
    for one in found:
        text = one.text.replace("NAMESPACE", "models").replace("NAME", "wine")
        shown = reader.types(text)
        assert shown or "job/" not in text, text  # a server to which nothing happened says nothing
