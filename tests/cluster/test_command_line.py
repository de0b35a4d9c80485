"""A release as a person follows it by `trainyard`, in a real terminal, with the real operator.

Proves: trainyardctl/main.py, trainyardctl/connection.py, trainyardctl/waiting.py
Proves: trainyardctl/requesting.py, trainyardctl/running.py
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from cluster.flow_stage import stage
from cluster.main_flow import FIRST_ROWS, Flow, manifests
from cluster.rig import eventually
from cluster_access import kubeconfig
from terminal import in_a_terminal

pytestmark = [pytest.mark.cluster, pytest.mark.asyncio(loop_scope="module")]
PROGRAM = (sys.executable, "-m", "trainyardctl")
COLOUR = re.compile(r"\x1b\[(\d+;)*3[0-7]m")
MANUAL = [{"weightPercent": 20, "pause": "Manual"}]


def environment(**more: str) -> dict[str, str]:
    """Return a person's environment."""
    kept = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    return kept | {"KUBECONFIG": kubeconfig(), "TERM": "xterm-256color"} | more


async def said(flow: Flow, *words: str) -> tuple[int, str]:
    """Run the program without a terminal and return exit code and text."""
    process = await asyncio.create_subprocess_exec(
        *(*PROGRAM, "-n", flow.namespace, *words),
        env=environment(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    text, _ = await process.communicate()
    return process.returncode or 0, text.decode()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def flow() -> AsyncIterator[Flow]:
    """Give a namespace in which a canary waits in its first step for a person."""
    async with stage() as place, place.flow() as found:
        found.sources.rows[found.namespace] = FIRST_ROWS
        await found.process.start()
        for manifest in manifests(found.pod):
            if manifest["kind"] == "ModelDeployment":
                manifest["spec"]["rollout"]["steps"] = MANUAL
            manifest["metadata"]["namespace"] = found.namespace
            await found.cluster.create(manifest)
        await found.settled(FIRST_ROWS)
        await found.bring_more_data()
        await eventually(lambda: _waits(found))
        yield found


async def _waits(flow: Flow) -> None:
    status = await flow.status("ModelDeployment", "tumours")
    rollout: dict[str, Any] = status.get("rollout") or {}
    assert "Paused" == rollout.get("phase"), status.get("why")


async def drawn(flow: Flow, *words: str, **more: str) -> list[str]:
    """Return the lines that a terminal shows."""
    command = (*PROGRAM, "-n", flow.namespace, *words)

    def run() -> tuple[int, list[str], str]:
        with in_a_terminal(command, environment(**more)) as terminal:
            return terminal.ended(), terminal.lines(), terminal.text

    code, lines, text = await asyncio.to_thread(run)
    assert 0 == code, text
    assert bool(COLOUR.search(text)) is ("NO_COLOR" not in more)
    return lines


async def test_the_tree_fits_a_terminal_with_and_without_colour(flow: Flow) -> None:
    """Data, run, both versions, both revisions; the same words either way."""
    coloured, plain = await drawn(flow, "get"), await drawn(flow, "get", NO_COLOR="1")
    assert coloured == plain
    text = "\n".join(plain)
    for words in ("✔ dset/tumours", "tj/model", "mv/model-", "‖ mdep/tumours", "canary ██ 20 %"):
        assert words in text
    assert max(map(len, plain)) <= 80


async def test_a_pipeline_learns_by_the_exit_code_who_is_waited_for(flow: Flow) -> None:
    """4: a person. 0: nobody. 6: there is no such object. 2: no such words or no access."""
    assert 4 == (await said(flow, "status", "tumours"))[0]
    assert 0 == (await said(flow, "status", "dset/tumours", "--wait"))[0]
    assert 6 == (await said(flow, "status", "mdep/nobody"))[0]
    assert 2 == (await said(flow, "status", "pod/tumours"))[0]
    assert 2 == (await said(flow, "--context", "nobody", "status", "tumours"))[0]


async def test_why_leads_from_the_release_to_the_data(flow: Flow) -> None:
    """Evidence, conditions, and what both versions were made of."""
    code, text = await said(flow, "why", "tumours")
    assert 0 == code
    for words in (
        "waits for you",
        "evidence of step 1/1",
        "RolledOut False Paused",
        "because NewData",
    ):
        assert words in text


async def test_why_leads_from_the_headers_of_an_answer_to_the_data(
    flow: Flow, tmp_path: Path
) -> None:
    """Of both versions that answer; a digest that the revision does not serve is told by code 5."""
    status = await flow.status("ModelDeployment", "tumours")
    headers = tmp_path / "headers"
    for role in ("stable", "canary"):
        served = status[role]
        bundle = f"trainyard-bundle: {served['bundleDigest']}\n"
        headers.write_text(f"trainyard-revision: {served['revision']}\n{bundle}")
        code, text = await said(flow, "why", "--headers", str(headers))
        assert 0 == code, text
        for words in (
            f"✔ {served['revision']} is {role} and serves bundle",
            f"ModelVersion {served['modelVersion']}",
            "✔ recipe and data together are the inputs sha256:",
            "as of TrainingJob model today",
            "of Dataset tumours: ",
        ):
            assert words in text
    headers.write_text(f"trainyard-revision: {status['stable']['revision']}\n{bundle}")
    code, text = await said(flow, "why", "--headers", str(headers))
    assert (5, True) == (code, "✖ " in text), text
    assert 2 == (await said(flow, "why", "--headers", str(headers), "tumours"))[0]


async def test_a_change_is_drawn_within_seconds_and_a_person_ends_the_release(flow: Flow) -> None:
    """A live tree sees what another terminal asks for; what is refused says why, by code 5."""
    assert 5 == (await said(flow, "undo", "tumours", "nobody"))[0]
    command = (*PROGRAM, "-n", flow.namespace, "get", "-w", "mdep/tumours")
    with in_a_terminal(command, environment()) as terminal:
        await asyncio.to_thread(terminal.until, "canary ██ 20 %")
        code, text = await said(flow, "promote", "tumours")
        assert (0, True) == (code, "promote@" in text), text
        await asyncio.to_thread(terminal.until, "stable ██████████ 100 %")
    assert 0 == (await said(flow, "status", "tumours", "--wait", "--timeout", "600"))[0]
    code, text = await said(flow, "promote", "tumours")
    assert (2, True) == (code, "nothing to promote now" in text)
    assert "Promoted" in (await said(flow, "history", "tumours"))[1]


async def test_runs_are_compared(flow: Flow) -> None:
    """The last two by themselves."""
    code, text = await said(flow, "runs", "diff", "model")
    assert (0, True) == (code, "roc_auc" in text), text


async def test_without_a_cluster_a_sentence_says_what_is_missing(
    tmp_path: Path, flow: Flow
) -> None:
    """No traceback for a wrong kubeconfig, or for a server that does not answer."""
    absent = tmp_path / "absent"
    code, text = await said(flow, "--kubeconfig", str(absent), "get")
    assert (2, False) == (code, "Traceback" in text), text
    assert "absent" in text
