"""What the page tells people to type, up to the cluster; the model is trained on this machine.

The other half of the page is run by tests/cluster/test_from_a_notebook.py.
"""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from typing import Any

import pytest
import yaml
from notebook_page import blocks
from typer.testing import CliRunner

from trainyardctl.main import app


@pytest.fixture(scope="module")
def typed() -> tuple[dict[str, Any], str]:
    """Give the names that the first block leaves, and what it prints."""
    names: dict[str, Any] = {}
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(blocks()[0], "the first block", "exec"), names)  # noqa: S102
    return names, said.getvalue()


def test_it_prints_the_manifests(typed: tuple[dict[str, Any], str]) -> None:
    """Rows, data, recipe, service."""
    kinds = [found["kind"] for found in yaml.safe_load_all(typed[1])]
    assert ["ConfigMap", "Dataset", "TrainingJob", "ModelDeployment"] == kinds


def test_the_training_image_trains_what_they_say(
    typed: tuple[dict[str, Any], str], tmp_path: Path
) -> None:
    """From these rows, with these gates; the file passes lint."""
    names, text = typed
    manifests, rows = tmp_path / "wine.yaml", tmp_path / "data.csv"
    manifests.write_text(text, encoding="utf-8")
    rows.write_text(names["data"].rows.data["data.csv"], encoding="utf-8")
    assert 0 == CliRunner().invoke(app, ["lint", str(manifests)]).exit_code
    done = CliRunner().invoke(app, ["try", str(manifests), "--data", str(rows)])
    assert 0 == done.exit_code, done.output
    assert "gate good: Passed" in done.output
