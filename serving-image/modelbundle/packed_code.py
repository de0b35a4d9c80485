"""May these files travel with a model as its own code?

A pickle names the classes of its parts and holds none of them. Those that no library has travel in
`code/` of the bundle, as text that people can read; whoever loads the model imports them from there
(see `code_loading`). Here files are looked at and never imported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from modelbundle.manifest import CODE_FOLDER, FORMAT_FILES, TRUST_PICKLE

MAX_FILES = 100
MAX_BYTES = 2 << 20
MAX_MODULES = 16
MAX_DEPTH = 8
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")
_COMPILED = frozenset({".dll", ".dylib", ".pyc", ".pyd", ".pyo", ".so"})
CACHE = "__pycache__"
"""What Python writes beside sources that it imports: it does not travel."""


def why_not_packed(files: Mapping[str, int], formats: Sequence[str], trust: str | None) -> str:
    """What to change before these files (path below `code/`, bytes) may lie beside a model of
    these formats, or "".
    """
    if not files:
        return ""
    return why_not_beside(formats, trust) or why_no_code(files)


def why_not_beside(formats: Sequence[str], trust: str | None) -> str:
    """Why a model of these formats has no code of its own, and what to do, or ""."""
    if "joblib" not in formats:
        found = " and ".join(FORMAT_FILES[name] for name in formats)
        return (
            f"{CODE_FOLDER}/ lies beside {found}, which imports no module of it: leave"
            f" {CODE_FOLDER}/ out, or write {FORMAT_FILES['joblib']}"
        )
    if trust != TRUST_PICKLE:
        return (
            f"{CODE_FOLDER}/ is run by whoever loads the model: say trust: Pickle in the recipe, or"
            " write model.onnx, which needs no code of yours"
        )
    return ""


def why_no_code(files: Mapping[str, int]) -> str:
    """What is wrong with these files as code of a model, or ""."""
    if len(files) > MAX_FILES:
        return f"{CODE_FOLDER}/ has {len(files)} files; at most {MAX_FILES} travel with a model"
    if sum(files.values()) > MAX_BYTES:
        return (
            f"{CODE_FOLDER}/ has {sum(files.values())} bytes; at most {MAX_BYTES} travel with a"
            " model: what was learnt belongs into the model"
        )
    wrong = next(filter(None, map(_why_no_path, sorted(files))), "")
    if wrong:
        return wrong
    modules = modules_of(files)
    if not modules:
        return f"{CODE_FOLDER}/ has no module: expected own_steps.py or a folder with modules in it"
    if len(modules) > MAX_MODULES:
        return (
            f"{CODE_FOLDER}/ has {len(modules)} modules side by side; at most {MAX_MODULES}: put"
            " them into a package"
        )
    return ""


def modules_of(files: Iterable[str]) -> tuple[str, ...]:
    """The names by which the modules of these files are imported, sorted; of a package its own."""
    paths = [PurePosixPath(file) for file in files]
    names = {path.parts[0].removesuffix(".py") for path in paths if path.suffix == ".py"}
    return tuple(sorted(name for name in names if name.isidentifier()))


def why_no_text(path: str, content: bytes) -> str:
    """Why nobody could read this file of `code/`, or ""."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" not in text:
        return ""
    return (
        f"{CODE_FOLDER}/{path} is no text in UTF-8; only text travels with a model: put numbers"
        " into the model itself, where it is fitted"
    )


def _why_no_path(path: str) -> str:
    pure, shown = PurePosixPath(path), f"{CODE_FOLDER}/{path}"
    if pure.as_posix() != path or pure.is_absolute() or len(pure.parts) > MAX_DEPTH:
        return f"{shown}: expected a plain path of at most {MAX_DEPTH} parts below {CODE_FOLDER}/"
    if CACHE in pure.parts or pure.suffix in _COMPILED:
        return f"{shown} is compiled; only sources travel with a model: leave it out"
    odd = next((part for part in pure.parts if _NAME.fullmatch(part) is None), None)
    if odd is not None:
        return (
            f"{shown}: expected names of at most 64 letters, digits, _, - and ., with no . in front"
        )
    if path in ("__init__.py", "__main__.py"):
        return (
            f"{shown}: {CODE_FOLDER}/ is no package but the place where modules are looked for:"
            f" leave {path} out, and import own_steps, not {CODE_FOLDER}.own_steps"
        )
    return ""
