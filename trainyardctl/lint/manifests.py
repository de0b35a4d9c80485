"""Which manifests of ours stand in the files?"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from trainyard.api.v1alpha1 import GROUP
from trainyardctl.snapshot import Raw

_ENDINGS = (".yaml", ".yml", ".json")


class Unreadable(Exception):
    """A file is not there, or is no YAML."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """One object and the file it stands in."""

    file: str
    raw: Raw


def files_of(paths: Sequence[str]) -> Iterator[str]:
    """Yield the files; of folders all that may hold manifests, in order of names.

    Raises Unreadable.
    """
    for path in paths:
        if Path(path).is_dir():
            found = sorted(p for p in Path(path).rglob("*") if p.suffix in _ENDINGS)
            yield from map(str, found)
        elif path == "-" or Path(path).is_file():
            yield path
        else:
            raise Unreadable(f"{path}: there is no such file or folder")


def manifests_of(file: str) -> Iterator[Manifest]:
    """Yield the objects of ours in the file, those in a List included. Raises Unreadable."""
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
        documents = list(yaml.safe_load_all(text))
    except (OSError, UnicodeError, yaml.YAMLError) as fault:
        raise Unreadable(f"{file}: {fault}") from fault
    for document in documents:
        if not isinstance(document, dict):
            continue
        items = document.get("items") if document.get("kind") == "List" else [document]
        for raw in items or ():
            if isinstance(raw, dict) and str(raw.get("apiVersion")).startswith(f"{GROUP}/"):
                yield Manifest(file, raw)
