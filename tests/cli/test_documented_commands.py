"""Commands that pages have people type: known verbs, options, values, files and fields."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
import yaml
from cluster_access import ROOT
from documented_commands import PAGES, fenced, within
from typer.testing import CliRunner

from benchmarks.tutorial.page import Command
from trainyard.requests import Verb
from trainyardctl.main import app

CRDS = [yaml.safe_load(path.read_text()) for path in sorted((ROOT / "crds").glob("*.yaml"))]
SCHEMA: Any = json.loads((ROOT / "charts/trainyard/values.schema.json").read_text())
SEPARATORS = frozenset({"|", "||", "&&", ";", ">", ">>", "2>", "&"})
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def words(command: Command) -> list[list[str]]:
    """Return the words of each simple command of a pipeline; none where a shell is needed."""
    try:
        found = shlex.split(command.text.partition("<<")[0], comments=True)
    except ValueError:
        return []
    simple: list[list[str]] = [[]]
    for word in found:
        if word in SEPARATORS:
            simple.append([])
        else:
            simple[-1].append(word)
    return [one for one in simple if one]


def mistakes(command: Command) -> Iterator[str]:
    """Yield what in the command does not exist."""
    for simple in words(command):
        program, rest = simple[0], simple[1:]
        if program == "trainyard" or (program == "kubectl" and rest[:1] == ["trainyard"]):
            yield from _not_of_our_program(rest if program == "trainyard" else rest[1:])
        elif program == "kubectl":
            yield from _unknown_requests(rest)
            yield from _unknown_fields(rest)
        elif program == "helm":
            yield from _unknown_values(rest)
        elif program == "make" and rest:
            yield from (f"make {word}" for word in rest[:1] if word not in TARGETS)
        elif program == "python3" and rest and rest[0].endswith(".py"):
            yield from (path for path in rest[:1] if not (ROOT / path).exists())


def _not_of_our_program(rest: list[str]) -> Iterator[str]:
    """With --help nothing is done, but verbs and options are read."""
    done = CliRunner().invoke(app, [*rest, "--help"])
    if done.exit_code:
        yield done.output


def _unknown_requests(rest: list[str]) -> Iterator[str]:
    verbs = {str(verb) for verb in Verb}
    for word in rest:
        found = re.match(r"trainyard\.dev/request=([\w-]+)", word)
        if found and found[1] not in verbs:
            yield word


def _unknown_values(rest: list[str]) -> Iterator[str]:
    settings = [b for a, b in pairwise(rest) if a in ("--set", "--set-string")]
    for setting in settings:
        schema = SCHEMA
        for key in setting.partition("=")[0].split("."):
            known = schema.get("properties", {})
            others = schema.get("additionalProperties")
            if key not in known and not others:
                yield setting
                break
            schema = known.get(key, others if isinstance(others, dict) else {})


def _unknown_fields(rest: list[str]) -> Iterator[str]:
    asked = [path for word in rest for path in re.findall(r"jsonpath=(.*)", word, re.DOTALL)]
    kind = next((crd for word in rest for crd in CRDS if _names(crd, word)), None)
    if kind is None:
        return
    schema = kind["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    for text in asked:
        paths = re.findall(r"\{(?:range )?(\.(?:status|spec)[^}=]*)", text)
        yield from (path for path in paths if not _is_in(schema, path))


def _names(crd: dict[str, Any], word: str) -> bool:
    names = crd["spec"]["names"]
    known = {names["plural"], names["singular"], *names.get("shortNames", ())}
    return bool(known & set(word.partition("/")[0].split(",")))


def _is_in(schema: dict[str, Any], path: str) -> bool:
    for part in re.findall(r"\.(\w+)|\[[^]]*\]", path):
        if not part:  # an index
            schema = schema.get("items", schema)
            continue
        schema = schema.get("items", schema)
        known = schema.get("properties", {})
        if part not in known:
            return bool(schema.get("additionalProperties"))
        schema = known[part]
    return True


@pytest.mark.parametrize("page", [str(page.relative_to(ROOT)) for page in PAGES])
def test_what_people_type_exists(page: str) -> None:
    """A renamed verb, option, value, field, file or target is noticed on every page."""
    typed = (*fenced(ROOT / page), *within(ROOT / page))
    assert [] == [(one.text, wrong) for one in typed for wrong in mistakes(one)]


@pytest.mark.parametrize(
    "wrong",
    [
        "trainyard promise mdep/wine",
        "kubectl trainyard get --colourful",
        "kubectl -n a annotate mdep wine trainyard.dev/request=hold@x",
        "kubectl get mdep wine -o jsonpath='{.status.steady.revision}'",
        "kubectl wait --for=jsonpath='{.status.signals[*].sort}'=Drift mdep/wine",
        "helm install trainyard charts/trainyard --set image.repo=x",
        "make everything",
        "python3 examples/tutorial/gone.py | kubectl apply -f -",
    ],
)
def test_what_does_not_exist_is_noticed(wrong: str) -> None:
    """Each kind of mistake that the test above is there for."""
    assert list(mistakes(Command("", wrong)))
