"""Which files an image is made of, and the key that changes when one of them does."""

from __future__ import annotations

import hashlib
import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

# Never part of an image, whatever is copied.
NEVER = ("__pycache__", ".git", ".venv", "*.pyc", ".mypy_cache", ".ruff_cache", ".pytest_cache")


@dataclass(frozen=True, slots=True)
class Recipe:
    """What an image is built from: Dockerfile, context folder, tag, build arguments, and which of
    the Dockerfile's targets; empty: its last.
    """

    file: Path
    context: Path
    tag: str
    arguments: Mapping[str, str]
    target: str = ""


def copied_sources(dockerfile: str) -> tuple[str, ...]:
    """The context paths that COPY and ADD name; `.` where a path depends on a build argument."""
    joined = re.sub(r"\\\s*\n", " ", dockerfile)
    sources: list[str] = []
    for line in joined.splitlines():
        instruction, _, rest = line.strip().partition(" ")
        if instruction.upper() not in {"COPY", "ADD"}:
            continue
        words = _words(rest)
        if any(word.startswith("--from") for word in words):
            continue
        paths = [word for word in words if not word.startswith("--")][:-1]
        sources.extend("." if "$" in path else path for path in paths)
    return tuple(sources)


def _words(rest: str) -> list[str]:
    bracket = rest.find("[")
    if bracket >= 0 and rest.rstrip().endswith("]"):
        return [*shlex.split(rest[:bracket]), *json.loads(rest[bracket:])]
    return shlex.split(rest)


def files_below(context: Path, sources: tuple[str, ...]) -> Iterator[Path]:
    """Every file of the context that the sources name, without caches; sorted, each once."""
    found: set[Path] = set()
    for source in sources:
        relative = source.strip("/") or "."
        matches = [context] if relative == "." else context.glob(relative)
        for match in matches:
            below = match.rglob("*") if match.is_dir() else [match]
            found.update(path for path in below if path.is_file() and not _ignored(path, context))
    yield from sorted(found)


def _ignored(path: Path, context: Path) -> bool:
    parts = path.relative_to(context).parts
    return any(fnmatch(part, pattern) for part in parts for pattern in NEVER)


def input_key(recipe: Recipe, base: str) -> str:
    """A digest of the Dockerfile, its target and arguments, the base image's identity and every
    file copied.

    Names, contents and the executable bit count; times and owners do not.
    """
    dockerfile = recipe.file.read_text()
    digest = hashlib.sha256()
    arguments = json.dumps(dict(recipe.arguments), sort_keys=True)
    for text in (dockerfile, base, arguments, recipe.target):
        digest.update(f"{len(text)}\0{text}".encode())
    for path in files_below(recipe.context, copied_sources(dockerfile)):
        content = path.read_bytes()
        executable = bool(path.stat().st_mode & 0o100)
        name = path.relative_to(recipe.context)
        digest.update(f"{name}\0{executable}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:16]
