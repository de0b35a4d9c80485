"""Every documented command that needs no kubelet, typed at a real API server as it stands there.

Started by `make typed`, in a network of its own. What is not typed has a reason in `untyped.py`.
Proves: trainyardctl/requesting.py
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pytest
import pytest_asyncio
from cluster_access import ROOT, run, tool
from documented_commands import PAGES, fenced, within
from promotion.clusters import Cluster, cluster
from s3_server import s3_server
from skl2onnx import to_onnx
from sklearn.datasets import load_wine
from sklearn.linear_model import LinearRegression
from typed.place import NAMESPACES, Place
from typed.prompt import prompt, whole
from typed.untyped import is_a_query, why_untyped

from benchmarks.control_plane.isolation import answer_for_all
from trainyard.requests import Verb

pytestmark = [pytest.mark.timeout(1200), pytest.mark.asyncio(loop_scope="module")]
FIRST = "docs/quickstart.md"
WITHIN = "within sentences"
NOT_NOW, WAITS_FOR_YOU = {2, 5}, 4
"""Exit codes of a request that there is no reason for now, and of `status`: see docs/cli.md."""
BEFORE: dict[str, Callable[[Place], None]] = {
    "docs/cli.md within sentences": Place.two_of_each,
    "docs/guide.md Requests": Place.canary_waits,
    "docs/guide.md What to do when …": Place.quarantine_and_canary,
    "docs/how-to/approve.md": Place.canary_waits,
    "docs/how-to/release-blue-green.md": Place.canary_waits,
    "docs/how-to/release-canary.md": Place.canary_waits,
    "docs/how-to/release-shadow.md After the last step": Place.canary_waits,
}
"""What a page or a part of it takes for granted, beside models that serve."""
NOTHING_FAILED = "only a failed run of the current inputs is tried again"
"""The one request of a page that is refused here, and what says so."""


@dataclass(frozen=True, slots=True)
class Part:
    """The commands below one heading."""

    page: str
    heading: str
    commands: tuple[str, ...]

    @property
    def name(self) -> str:
        """Page and heading."""
        return f"{self.page} {self.heading}".strip()

    @property
    def rank(self) -> tuple[bool, bool, bool]:
        """The quickstart brings the first model; what changes the installation comes last, and
        last of all the policies, which would refuse the statuses of this operator's account.
        """
        text = "\n".join(self.commands)
        return (self.page != FIRST, "helm " in text, "policies." in text)


def parts() -> list[Part]:
    """Return every part of a page that has commands to type, in the order in which they are."""
    found = []
    for path in PAGES:
        page = str(path.relative_to(ROOT))
        for heading, ones in groupby(fenced(path), lambda one: one.part):
            texts = whole(one for one in ones if not is_a_query(one.text))
            typed = tuple(text for text in texts if not why_untyped(page, heading, text))
            found.append(Part(page, heading, typed))
        found.append(Part(page, WITHIN, tuple(dict.fromkeys(_read(page, path)))))
    return sorted((part for part in found if part.commands), key=lambda part: part.rank)


def _read(page: str, path: Path) -> Iterator[str]:
    """Yield what sentences name with its words; where none is named, no command was meant."""
    for one in within(path):
        alone = re.fullmatch(r"trainyard [a-z-]+", one.text)
        if not alone and not why_untyped(page, one.part, one.text):
            yield one.text


PARTS = parts()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    """Give a reader in a folder like the repository's root, with the cluster in the environment."""
    if [index for _, index in socket.if_nameindex()] != ["lo"]:
        pytest.skip("takes ports and addresses: `make typed` runs it in a network of its own")
    answer_for_all()
    folder, root = tmp_path_factory.mktemp("cluster"), tmp_path_factory.mktemp("reader")
    sits_down(root)
    async with AsyncExitStack() as running:
        s3 = running.enter_context(s3_server(folder / "s3"))
        own = {"accessKeyId": s3.keys.access_key_id, "secretAccessKey": s3.keys.secret_access_key}
        known = {"trainyard-store": own}
        (folder / "models").mkdir()
        there = await running.enter_async_context(
            cluster("models", 1, folder / "models", s3, known, is_empty=True)
        )
        for name in NAMESPACES:
            there.kubectl("create", "namespace", name)
        shell = prompt(root, environment(root, there))
        running.callback(shell.ends)
        running.callback(_log_shown, folder / "models" / "operator.log")
        yield Place(there, root, shell)


def sits_down(root: Path) -> None:
    """The folder is like the repository's root, and has what the pages tell people to save."""
    for name in ("charts", "kustomize", "examples", ".venv"):
        (root / name).symlink_to(ROOT / name)
    page = (ROOT / "README.md").read_text()
    fences = re.findall(r"^```yaml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    (root / "manifests").mkdir()
    for name in ("wine.yaml", "manifests/wine.yaml"):
        (root / name).write_text(next(one for one in fences if "kind: ModelDeployment" in one))
    table = load_wine().data.astype("float32")
    model = to_onnx(LinearRegression().fit(table, table[:, 0]), table[:1])
    (root / "churn.onnx").write_bytes(model.SerializeToString())
    run("git", "-C", str(root), "init", "--quiet")
    for name in ("user.name", "user.email"):
        run("git", "-C", str(root), "config", name, "reader@example.org")


def environment(root: Path, there: Cluster) -> dict[str, str]:
    """Return what a reader has set: where the cluster is, keys of the store, and a path."""
    programs = root / "programs"
    programs.mkdir()
    for name, program in (("kubectl", "kubectl"), ("helm", "helm4")):
        (programs / name).symlink_to(tool(program))
    config = json.loads(there.server.kubeconfig().read_text())
    config["contexts"][0]["context"]["namespace"] = there.namespace
    (root / "kubeconfig").write_text(json.dumps(config))
    return {
        "KUBECONFIG": str(root / "kubeconfig"),
        "PATH": f"{programs}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        "AWS_ACCESS_KEY_ID": there.s3.keys.access_key_id,
        "AWS_SECRET_ACCESS_KEY": there.s3.keys.secret_access_key,
        "TRAINYARD_STORE_ENDPOINT": there.s3.endpoint,
        "TRAINYARD_STORE_REGION": there.s3.region,
    }


def _log_shown(log: Path) -> None:
    sys.stdout.write(log.read_text(errors="replace")[-6000:])


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
async def test_each_command_works_as_it_is_written(part: Part, place: Place) -> None:
    """It ends well; what asks for something is answered with Done."""
    await asyncio.to_thread(_types, part, place)


def _types(part: Part, place: Place) -> None:
    if part.page != FIRST and not place.cluster.found("mdep"):
        _types(next(one for one in PARTS if one.page == FIRST), place)
    if part.page != FIRST:
        place.other_objects()
        BEFORE.get(part.name, BEFORE.get(part.page, Place.is_at_rest))(place)
        place.keeps_the_headers_of_an_answer()
    for text in part.commands:
        if re.search(r"^helm install", text, re.MULTILINE):
            place.helm_owns_the_kinds()
        elif re.search(r"^helm ", text, re.MULTILINE):
            place.released()
        typed = place.filled_in(text)
        code, shown = place.prompt.types(typed)
        allowed = _allowed(text) if part.heading == WITHIN else {0}
        assert code in allowed, f"{typed}\n{code}\n{shown}"
        assert "Usage:" not in shown, shown
        answer = place.outcome(typed)
        done = answer is None or answer["outcome"] == "Done" or answer["message"] == NOTHING_FAILED
        assert done, f"{typed}\n{answer}"


def _allowed(text: str) -> set[int]:
    """Return the exit codes that a command may have in whichever state it is typed."""
    words = set(text.split())
    if {"approve", *map(str, Verb)} & words:
        return {0, *NOT_NOW}
    return {0, WAITS_FOR_YOU} if "status" in words else {0}
