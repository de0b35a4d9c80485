"""Every command of the pages that needs no cluster, typed in bash as it stands there.

Proves: trainyardctl/without_cluster.py, trainyardctl/trying.py
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from documented_commands import PAGES, fenced, within
from skl2onnx import to_onnx
from sklearn.datasets import load_wine
from sklearn.linear_model import LogisticRegression

ALONE = re.compile(r"trainyard (init|lint|try) \S+[^|]*")
TYPED = sorted(
    {
        one.text
        for page in PAGES
        for one in (*fenced(page), *within(page))
        if ALONE.fullmatch(one.text)
    }
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the files that the commands name, as the sentences around them say what they are."""
    found = tmp_path_factory.mktemp("typed")
    wine = load_wine(as_frame=True)
    named = wine.data.assign(**{"class": wine.target_names[wine.target]})
    named.to_csv(found / "wine.csv", index=False)
    named.rename(columns={"class": "COLUMN"}).to_csv(found / "your.csv", index=False)
    model = LogisticRegression(max_iter=10_000).fit(wine.data.to_numpy(np.float32), wine.target)
    onnx = to_onnx(model, wine.data.to_numpy(np.float32)[:1])
    (found / "wine.onnx").write_bytes(onnx.SerializeToString())
    types("trainyard init wine.csv --target class > model.yaml", found)
    for name in ("folder", "manifests"):
        (found / name).mkdir()
        (found / name / "model.yaml").symlink_to(found / "model.yaml")
    return found


def types(text: str, folder: Path) -> str:
    """Return what the terminal shows; fails with it where the command does."""
    programs = Path(sys.executable).parent
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text],
        cwd=folder,
        env={**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout


def test_pages_show_each_of_the_three() -> None:
    """So that none of them is left out by a change of the pattern above."""
    found = {ALONE.fullmatch(text)[1] for text in TYPED}  # type: ignore[index]
    assert {"init", "lint", "try"} == found


@pytest.mark.parametrize("text", TYPED)
def test_it_does_what_it_says_as_it_is_written(text: str, folder: Path) -> None:
    """What `init` writes is right as it stands, `try` tells what the gates say of it."""
    if " try " in text:
        (folder / "wine.yaml").unlink(missing_ok=True)
        (folder / "wine.yaml").symlink_to(folder / "model.yaml")
    shown = types(text, folder)
    if " init " in text:
        written = shown or (folder / "wine.yaml").read_text()
        (folder / "written.yaml").write_text(written)
        types("trainyard lint written.yaml", folder)
    else:
        assert shown
