"""Manifests are judged without a cluster as the API server judges them.

Proves: trainyardctl/lint/fault.py, trainyardctl/lint/manifests.py, trainyardctl/lint/references.py
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from trainyardctl.lint.linting import lint_paths
from trainyardctl.lint.manifests import Unreadable

ROOT = Path(__file__).parents[3]
SAMPLES = ROOT / "tests/cluster/samples"


def samples(folder: str) -> list[pytest.ParameterSet]:
    """Return the manifests of which the real API server's judgement is known."""
    return [pytest.param(path, id=path.stem) for path in sorted((SAMPLES / folder).iterdir())]


def certain(*paths: Path | str) -> list[str]:
    """Return what is certainly wrong."""
    lines = lint_paths([str(path) for path in paths]).lines
    return [str(line) for line in lines if line.fault.is_certain]


@pytest.mark.parametrize("path", samples("bad"))
def test_what_the_api_server_refuses_is_found(path: Path) -> None:
    """Each with the file, the object and a sentence."""
    found = certain(path)
    assert found
    assert str(path) in found[0]


@pytest.mark.parametrize("path", samples("good"))
def test_what_it_takes_is_not_doubted(path: Path) -> None:
    """No false alarm in a pipeline."""
    assert [] == certain(path)


def test_the_examples_are_in_order() -> None:
    """All that people are told to apply."""
    assert [] == certain(ROOT / "examples")


def test_what_stands_in_no_file_may_be_in_the_cluster(tmp_path: Path) -> None:
    """A TrainingJob beside its Dataset is complete; alone it may be."""
    job, data = SAMPLES / "good/trainingjob-smallest.yaml", SAMPLES / "good/dataset-smallest.yaml"
    alone = lint_paths([str(job)])
    assert [False] == [line.fault.is_certain for line in alone.lines]
    assert "perhaps: Dataset" in str(alone.lines[0])
    both = tmp_path / "both.yaml"
    raw = yaml.safe_load(job.read_text())
    named = yaml.safe_load(data.read_text())
    named["metadata"]["name"] = raw["spec"]["dataset"]["name"]
    both.write_text(yaml.safe_dump({"kind": "List", "items": [raw, named]}))
    found = lint_paths([str(both)])
    assert (1, 2, ()) == (found.files, found.objects, found.lines)


def test_other_objects_and_kinds_are_none_of_ours(tmp_path: Path) -> None:
    """But a kind that nobody knows in our group is a fault, as is an old version."""
    file = tmp_path / "some.yaml"
    file.write_text(
        "apiVersion: v1\nkind: Pod\n---\n---\njust text\n---\n"
        "apiVersion: trainyard.dev/v1alpha1\nkind: Datset\nmetadata: {name: a}\n---\n"
        "apiVersion: trainyard.dev/v1\nkind: Dataset\nmetadata: {name: b}\n"
    )
    found = certain(file)
    assert 2 == len(found)
    assert "trainyard.dev/v1alpha1 Datset is unknown" in found[0]


@pytest.mark.parametrize("text", [None, "a: [", "\x00"])
def test_a_file_that_cannot_be_read_is_no_clean_file(tmp_path: Path, text: str | None) -> None:
    """It is not there, or no YAML."""
    file = tmp_path / "broken.yaml"
    if text is not None:
        file.write_text(text)
    with pytest.raises(Unreadable, match="broken"):
        lint_paths([str(file)])
