"""`python -m trainer` as a pod runs it: a process, a file store, a termination log."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ingests import NOW, csv_of, plain_rows

from modelbundle.canonical import digest_of
from trainyard.jobs.result_message import read_document

_RESULT = "runs/uid-1/run-1/result.json"


def _task(root: Path, **changes: Any) -> str:
    document = {
        "version": 1,
        "dataset": "tumours",
        "source": {"kind": "files", "root": str(root), "path": "*.csv"},
        "target": "y",
        "now": NOW,
    }
    return json.dumps(document | changes)


def _run(folder: Path, *arguments: str, **variables: str) -> tuple[int, dict[str, Any], str]:
    """Exit code, termination message, and everything that was printed."""
    log = folder / "termination-log"
    log.unlink(missing_ok=True)
    pod = {
        "PATH": os.environ["PATH"],
        "TMPDIR": str(folder),
        "TRAINYARD_STORE_URL": f"file://{folder}/store",
        "TRAINYARD_RESULT": _RESULT,
        "TRAINYARD_TERMINATION_LOG": str(log),
    }
    command = [sys.executable, "-m", "trainer", *arguments]
    done = subprocess.run(
        command, env=pod | variables, capture_output=True, text=True, check=False, timeout=180
    )
    content = log.read_bytes() if log.exists() else b"{}"
    assert len(content) <= 4096
    return done.returncode, dict(read_document(content.decode()) or {}), done.stdout + done.stderr


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder with one good CSV file."""
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "t.csv").write_text(csv_of(plain_rows(60)))
    return tmp_path / "source"


def test_an_ingest_ends_with_its_result_in_the_store_and_in_the_pod(
    source: Path, tmp_path: Path
) -> None:
    """Both say the same; nothing is left in the temporary folder; `report` says it again."""
    code, message, _ = _run(tmp_path, "ingest", TRAINYARD_TASK=_task(source))
    stored = json.loads((tmp_path / "store" / _RESULT).read_text())
    assert (0, "Accepted", stored) == (code, message["outcome"], message)
    assert {"source", "store", "termination-log"} == {path.name for path in tmp_path.iterdir()}
    assert (0, stored) == _run(tmp_path, "report")[:2]


def test_a_refusal_is_a_result_whose_full_list_is_in_the_store(
    source: Path, tmp_path: Path
) -> None:
    """Exit 0; the message holds what fits, the store everything."""
    columns = [{"name": digest_of(str(n).encode()), "type": "Float"} for n in range(200)]
    columns.append({"name": "y", "type": "Category"})
    code, message, _ = _run(tmp_path, "ingest", TRAINYARD_TASK=_task(source, columns=columns))
    stored = json.loads((tmp_path / "store" / _RESULT).read_text())
    assert (0, "Refused", 200) == (code, message["outcome"], len(stored["failures"]))
    assert (200, "ColumnMissing") == (message["failuresTotal"], message["failures"][0]["check"])
    assert not (tmp_path / "store" / "datasets").exists()


@pytest.mark.parametrize(
    ("arguments", "variables", "code", "reason"),
    [
        pytest.param(("ingest",), {}, 10, "TaskUnreadable", id="no task"),
        pytest.param(
            ("ingest",), {"TRAINYARD_TASK": '{"version": 2}'}, 10, "TaskUnreadable", id="a new task"
        ),
        pytest.param(("dance",), {}, 10, "VerbUnknown", id="an unknown verb"),
        pytest.param((), {}, 10, "VerbUnknown", id="no verb"),
        pytest.param(("report",), {}, 25, "ResultNotFound", id="a report of nothing"),
        pytest.param(
            ("ingest",),
            {"TRAINYARD_TASK": _task(Path("/nowhere"))},
            25,
            "SourceNotFound",
            id="a source that is not there",
        ),
        pytest.param(
            ("ingest",),
            {"TRAINYARD_TASK": _task(Path("/nowhere")), "TRAINYARD_STORE_URL": ""},
            19,
            "SettingMissing",
            id="a pod without a store",
        ),
        pytest.param(
            ("ingest",),
            {"TRAINYARD_TASK": _task(Path("/")), "TRAINYARD_STORE_URL": "file:///proc/no"},
            20,
            "StoreUnreachable",
            id="a store that cannot be written",
        ),
    ],
)
def test_every_end_has_its_code_reason_and_sentence(
    tmp_path: Path, arguments: tuple[str, ...], variables: dict[str, str], code: int, reason: str
) -> None:
    """No path ends in silence, and none in a traceback where the user can help."""
    found, message, printed = _run(tmp_path, *arguments, **variables)
    assert (code, reason, "Failed") == (found, message["reason"], message["outcome"])
    assert len(message["message"]) > 20
    assert "Traceback" not in printed


def test_a_result_is_never_written_twice(source: Path, tmp_path: Path) -> None:
    """A pod that runs again after its result tells the first one, though the data is another."""
    first = _run(tmp_path, "ingest", TRAINYARD_TASK=_task(source))
    (source / "t.csv").write_text("a,y\n")
    second = _run(tmp_path, "ingest", TRAINYARD_TASK=_task(source))
    assert first[:2] == second[:2]
