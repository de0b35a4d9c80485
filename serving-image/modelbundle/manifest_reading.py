"""Is this text a manifest that we can serve? Every field is checked, none is guessed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from modelbundle.canonical import is_digest
from modelbundle.faults import BundleNotFound, BundleUnreadable
from modelbundle.manifest import (
    ABOUT_FOLDER,
    MANIFEST_NAME,
    TRUST_PICKLE,
    VERSION,
    BundleFile,
    Manifest,
    Origin,
)
from modelbundle.packed_code import why_not_packed
from modelbundle.signature import Feature, Kind, Label, Signature, Task

MAX_MANIFEST_BYTES = 4 << 20
_FIELDS = {
    "version", "files", "formats", "task", "classes", "target", "features", "inputs", "outputs",
    "datasetDigest", "recipeDigest", "libraries", "trust",
}  # fmt: skip
_MAYBE = {"targets"}
_T = TypeVar("_T")


def read_manifest(directory: Path) -> Manifest:
    """The manifest in this directory, checked field by field; its files are not looked at.

    Raises BundleNotFound when there is none, BundleUnreadable naming the field that is wrong.
    """
    try:
        content = (directory / MANIFEST_NAME).read_bytes()
    except FileNotFoundError:
        raise BundleNotFound(f"{directory} holds no {MANIFEST_NAME}") from None
    return parse_manifest(content)


def parse_manifest(content: bytes) -> Manifest:
    """The manifest that these bytes spell.

    Raises BundleUnreadable naming the first field that is missing, unknown, of a wrong type or
    at odds with another, also when the bytes are not the canonical spelling (the digest would
    name other bytes than ours).
    """
    if len(content) > MAX_MANIFEST_BYTES:
        raise BundleUnreadable(f"{MANIFEST_NAME}: {len(content)} bytes, at most 4 MiB are read")
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as fault:
        raise BundleUnreadable(f"{MANIFEST_NAME} is not JSON: {fault}") from fault
    if not isinstance(document, dict):
        raise _wrong("the document", document, "an object")
    if document.get("version") != VERSION:
        raise _wrong("version", document.get("version"), f"{VERSION}; use a newer serving image")
    odd = (set(document) - _MAYBE) ^ _FIELDS
    if odd:
        raise _wrong("the fields", sorted(odd), "no unknown or missing field")
    manifest = Manifest(_signature(document), _origin(document), _files(document))
    if manifest.content() != content:
        raise BundleUnreadable(
            f"{MANIFEST_NAME}: formats, inputs or outputs do not follow from the features, classes"
            " and files, or the JSON is not in canonical form; pack the bundle again"
        )
    refused = why_not_packed(manifest.code, manifest.formats, manifest.origin.trust)
    if refused:
        raise BundleUnreadable(f"{MANIFEST_NAME}: {refused}")
    return manifest


def _signature(document: dict[str, Any]) -> Signature:
    names = [
        output.get("name") for output in _list(document, "outputs") if isinstance(output, dict)
    ]
    features = tuple(_feature(item) for item in _list(document, "features"))
    if len({feature.name for feature in features}) != len(features) or not features:
        raise _wrong("features", [feature.name for feature in features], "one or more unique names")
    task = _member(Task, document["task"], "task")
    targets = _targets(document) if "targets" in document else ()
    counts, classes = _classes(document, several=bool(targets) and task is Task.CLASSIFICATION)
    signature = Signature(task, classes, features, "probabilities" in names, targets, counts)
    if (task is Task.CLASSIFICATION) != (len(classes) > 0):
        raise _wrong("classes", classes, "labels for a Classification, none for a Regression")
    if task is Task.REGRESSION:
        return signature
    try:
        # Both raise: for classes of several types, and for other classes than the targets'.
        signature.outputs, signature.classes_by_target  # noqa: B018
    except ValueError as fault:
        raise _wrong("classes", classes, str(fault)) from fault
    return signature


def _classes(
    document: dict[str, Any], *, several: bool
) -> tuple[tuple[int, ...], tuple[Label, ...]]:
    """How many classes each of several targets has, and all of them."""
    listed = _list(document, "classes")
    if not several:
        return (), tuple(listed)
    if not all(isinstance(classes, list) and classes for classes in listed):
        raise _wrong("classes", listed, "a list of labels for each target")
    return tuple(map(len, listed)), tuple(label for classes in listed for label in classes)


def _targets(document: dict[str, Any]) -> tuple[str, ...]:
    targets = tuple(_text(item, "targets") for item in _list(document, "targets"))
    if len(targets) < 2 or len(set(targets)) < len(targets):
        raise _wrong("targets", targets, "two or more unique names")
    if targets[0] != document["target"]:
        raise _wrong("targets", targets, f"the target {document['target']} first")
    return targets


def _feature(item: Any) -> Feature:
    known = {"name", "kind", "acceptsMissing", "categories"}
    if not isinstance(item, dict) or not set(item) <= known:
        raise _wrong("features", item, "objects with name, kind, acceptsMissing, categories")
    categories = item.get("categories")
    return Feature(
        name=_text(item.get("name"), "features.name"),
        kind=_member(Kind, item.get("kind"), "features.kind"),
        accepts_missing=item.get("acceptsMissing") is True,
        categories=None if categories is None else tuple(_list(item, "categories")),
    )


_DIGESTS = ("datasetDigest", "recipeDigest")


def _origin(document: dict[str, Any]) -> Origin:
    named = ("recipeDigest",) if document["datasetDigest"] is None else _DIGESTS
    for field in named:
        if not is_digest(_text(document[field], field)):
            raise _wrong(field, document[field], "sha256: and 64 hexadecimal digits")
    libraries = document["libraries"]
    if not isinstance(libraries, dict):
        raise _wrong("libraries", libraries, "an object of names and versions")
    trust = document["trust"]
    if trust not in (None, TRUST_PICKLE):
        raise _wrong("trust", trust, f"null or {TRUST_PICKLE}")
    return Origin(
        target=_text(document["target"], "target"),
        dataset_digest=document["datasetDigest"],
        recipe_digest=document["recipeDigest"],
        libraries=tuple(sorted((name, str(version)) for name, version in libraries.items())),
        trust=trust,
    )


def _files(document: dict[str, Any]) -> tuple[BundleFile, ...]:
    files = tuple(_file(item) for item in _list(document, "files"))
    paths = [file.path for file in files]
    if paths != sorted(set(paths)) or not paths:
        raise _wrong("files", paths, "one or more files, sorted by path, each once")
    return files


def _file(item: Any) -> BundleFile:
    if not isinstance(item, dict) or set(item) != {"path", "size", "sha256"}:
        raise _wrong("files", item, "objects with path, size, sha256")
    path = _text(item["path"], "files.path")
    if not is_bundle_path(path):
        raise _wrong("files.path", path, "a relative path inside the bundle")
    size = item["size"]
    if isinstance(size, bool) or not isinstance(size, int) or size < 0:
        raise _wrong(f"files.size of {path}", size, "a number of bytes")
    if not is_digest(f"sha256:{item['sha256']}"):
        raise _wrong(f"files.sha256 of {path}", item["sha256"], "64 hexadecimal digits")
    return BundleFile(path, size, item["sha256"])


def is_bundle_path(path: str) -> bool:
    """True for a plain relative path that cannot leave the bundle or replace its manifest."""
    pure = PurePosixPath(path)
    return (
        path == pure.as_posix()
        and not pure.is_absolute()
        and "\\" not in path
        and "\0" not in path
        and ".." not in pure.parts
        and path not in ("", ".", MANIFEST_NAME)
        and pure.parts[0] != ABOUT_FOLDER
    )


def _member(kind: Callable[[Any], _T], value: Any, field: str) -> _T:
    try:
        return kind(value)
    except ValueError as fault:
        raise _wrong(field, value, str(fault)) from fault


def _text(value: Any, field: str) -> str:
    if not isinstance(value, str):
        raise _wrong(field, value, "text")
    return value


def _list(document: dict[str, Any], field: str) -> list[Any]:
    value = document[field]
    if not isinstance(value, list):
        raise _wrong(field, value, "a list")
    return value


def _wrong(field: str, found: object, expected: str) -> BundleUnreadable:
    return BundleUnreadable(f"{MANIFEST_NAME}: {field}: found {found!r:.200}, expected {expected}")
