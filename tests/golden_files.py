"""Golden files: what a renderer makes, kept as YAML beside its test.

`TRAINYARD_UPDATE_GOLDEN=1 pytest …` writes them anew; the diff is then reviewed like code.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml


def assert_golden(test_file: str, name: str, found: Mapping[str, Any]) -> None:
    """Raise AssertionError when `found` is not what golden/<name>.yaml beside the test says."""
    path = Path(test_file).parent / "golden" / f"{name}.yaml"
    text = yaml.safe_dump(json.loads(json.dumps(found)), sort_keys=False, width=120)
    if os.environ.get("TRAINYARD_UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    expected = yaml.safe_load(path.read_text())
    assert expected == yaml.safe_load(text)
