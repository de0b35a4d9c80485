"""The page on data does what it says."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from data_outcomes import outcome
from ingests import Rig

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "data.md"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


@dataclass
class Example:
    """The fences of one section that has data."""

    title: str
    name: str = ""
    data: str = ""
    said: str = ""
    specs: list[dict[str, Any]] = field(default_factory=list)


def examples() -> list[Example]:
    """Every section with data, its sentence and its Datasets."""
    found = []
    for section in PAGE.read_text(encoding="utf-8").split("\n## ")[1:]:
        example = Example(section.partition("\n")[0])
        for language, body in FENCE.findall(section):
            if language in {"csv", "json"}:
                example.name, example.data = f"t.{language}", body
            elif language == "text":
                example.said = body.strip()
            elif language == "yaml":
                document = yaml.safe_load(body)
                if document["kind"] == "Dataset":
                    example.specs.append(document["spec"])
        if example.data:
            found.append(example)
    return found


@pytest.mark.parametrize("example", [pytest.param(e, id=e.title) for e in examples()])
def test_the_examples_do_what_the_page_says(rig: Rig, example: Example) -> None:
    """The data is told or refused with the sentence, declared or not; declared it is a version."""
    rig.put(example.name, example.data)
    (spec,) = example.specs
    plain = outcome(rig, target=spec["target"])
    given = {name: spec[name] for name in ("csv", "columns") if name in spec}
    found = outcome(rig, target=spec["target"], **given)
    assert found.accepted, found.sentences
    assert example.said in f"{plain.sentences}\n{found.sentences}"
    if example.title == "Times as features":
        assert {"at.year", "at.month", "at.day", "at.weekday", "at.hour"} < found.types.keys()


def test_the_page_has_examples() -> None:
    """Else nothing was tried."""
    assert len(examples()) >= 5
