"""What code of a model may import."""

from __future__ import annotations

import re
from importlib.metadata import packages_distributions

import pytest
from training_pod import ROOT

from trainer.models.served_modules import ONLY_HERE, why_not_served


@pytest.mark.parametrize(
    "text",
    [
        "",
        "import numpy as np, pandas.api.types\nfrom scipy import sparse",
        "from sklearn.base import BaseEstimator\nimport own_words",
        "from . import onnx\nfrom .xgboost import x",
        "try:\n    import skl2onnx\nexcept ImportError:\n    skl2onnx = None",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import pyarrow",
        "import typing\nif typing.TYPE_CHECKING:\n    from onnx import ModelProto",
    ],
)
def test_what_servers_have(text: str) -> None:
    """Or what may be absent; of a library that we never heard of an image of somebody's own."""
    assert "" == why_not_served("own.py", text)


@pytest.mark.parametrize(
    ("text", "line", "name"),
    [
        ("import numpy\nimport skl2onnx.common", 2, "skl2onnx.common"),
        ("from lightgbm import LGBMClassifier", 1, "lightgbm"),
        ("def late():\n    import pyarrow.parquet as pq", 2, "pyarrow.parquet"),
        ("class A:\n    def b(self):\n        if self:\n            import yaml", 4, "yaml"),
        ("try:\n    pass\nfinally:\n    pass\nimport xgboost", 5, "xgboost"),
        ("if TYPE_CHECKING:\n    import onnx\nelse:\n    import onnx", 4, "onnx"),
    ],
)
def test_what_they_lack(text: str, line: int, name: str) -> None:
    """It would be graded here and fail there."""
    why = why_not_served("own.py", text)
    assert f"code/own.py, line {line}, imports {name}, which servers lack" in why


def test_the_list_is_that_of_the_images() -> None:
    """Of all that this image has beyond the larger one of the servers'; nothing there is only
    theirs, so a name that is free here is free there.
    """
    here, served = (_named(image) for image in ("training", "serving-sklearn"))
    assert served < here
    modules: set[str] = set()
    for module, distributions in packages_distributions().items():
        if {_plain(name) for name in distributions} & (here - served):
            modules.add(module)
    assert modules == ONLY_HERE


def _named(image: str) -> set[str]:
    text = (ROOT / "requirements" / f"{image}.txt").read_text(encoding="utf-8")
    return {_plain(name) for name in re.findall(r"^([A-Za-z][\w.-]*)==", text, re.MULTILINE)}


def _plain(name: str) -> str:
    return name.lower().replace("_", "-")
