"""How does a scikit-learn estimator become a file, the same bytes each time, and come back safely?

skops names arrays by memory addresses and its zip carries times; both are replaced here by
numbers in order of appearance and by a fixed date, so that the same fit gives the same digest.
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

from modelbundle.faults import BundleUnreadable, ModelNotTrusted
from modelbundle.trusted_types import TRUSTED_TYPES
from modelbundle.usable_memory import most_of_one_file

_SCHEMA = "schema.json"
_MAX_SCHEMA_BYTES = 64 << 20
_EPOCH = (1980, 1, 1, 0, 0, 0)


def write_skops(estimator: Any, path: Path) -> None:
    """`path` holds the estimator; an equally fitted estimator gives the same bytes.

    Raises ModelNotTrusted when reading it back would need a type outside the allow-list: better
    told when it is trained than when it should serve.
    """
    from skops.io import dumps

    content = normalised(dumps(estimator))
    _refuse_untrusted(content)
    path.write_bytes(content)


def read_skops(path: Path) -> Any:
    """The estimator in the file. Nothing outside the allow-list is imported or called.

    Raises ModelNotTrusted naming the types, BundleUnreadable when the file is not a skops file.
    """
    from skops.io import loads

    content = path.read_bytes()
    refuse_spreading(content, most_of_one_file())
    _refuse_untrusted(content)
    try:
        return loads(content, trusted=sorted(TRUSTED_TYPES))
    except Exception as fault:
        raise BundleUnreadable(f"{path.name} does not load: {_told(fault)}") from fault


def refuse_spreading(content: bytes, most: int) -> None:
    """Raise BundleUnreadable for an archive that would become more than `most` bytes.

    The sizes are those that the archive declares: what unpacks it never reads more than that.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as fault:
        raise BundleUnreadable(f"not a readable skops file: {_told(fault)}") from fault
    total = sum(sizes.values())
    if total > most or sizes.get(_SCHEMA, 0) > _MAX_SCHEMA_BYTES:
        raise BundleUnreadable(
            f"the {len(content)} bytes of the archive hold {total}, and at most {most} fit:"
            " raise spec.pod.resources.limits.memory if the model is that large"
        )


def _refuse_untrusted(content: bytes) -> None:
    from skops.io import get_untrusted_types

    try:
        found = get_untrusted_types(data=content)
    except Exception as fault:
        raise BundleUnreadable(f"not a readable skops file: {_told(fault)}") from fault
    refused = [name for name in found if name not in TRUSTED_TYPES]
    if refused:
        raise ModelNotTrusted(
            f"the model holds types that are not on the allow-list: {', '.join(refused[:5])};"
            " use estimators of scikit-learn, or Joblib with trust: Pickle"
        )


def _told(fault: Exception) -> str:
    return f"{type(fault).__name__}: {fault}"


def normalised(content: bytes) -> bytes:
    """The same skops archive without addresses and times.

    Raises BundleUnreadable when `content` is not a skops archive.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            schema = json.loads(archive.read(_SCHEMA))
            arrays = {name: archive.read(name) for name in archive.namelist() if name != _SCHEMA}
    except (zipfile.BadZipFile, KeyError, json.JSONDecodeError) as fault:
        raise BundleUnreadable(f"not a skops archive: {_told(fault)}") from fault
    names: dict[str, str] = {}
    renamed = _renumbered(schema, {}, names)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        _add(archive, _SCHEMA, json.dumps(renamed, separators=(",", ":")).encode())
        for old, new in names.items():
            _add(archive, new, arrays[old])
    return target.getvalue()


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, date_time=_EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content, compresslevel=6)


def _renumbered(node: Any, ids: dict[int, int], names: dict[str, str]) -> Any:
    """A copy of a schema node with ids and file names counted in order of appearance.

    Keys keep their order: in skops it is the order of the dictionary that is being described.
    """
    if isinstance(node, list):
        return [_renumbered(item, ids, names) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("__loader__") == "SetNode":
        node = {**node, "content": sorted(node["content"], key=_without_ids)}
    result: dict[str, Any] = {}
    for key, value in node.items():
        if key == "__id__" and isinstance(value, int):
            result[key] = ids.setdefault(value, len(ids) + 1)
        elif key == "file" and isinstance(value, str) and "__loader__" in node:
            suffix = Path(value).suffix
            result[key] = names.setdefault(value, f"{len(names) + 1}{suffix}")
        else:
            result[key] = _renumbered(value, ids, names)
    return result


def _without_ids(node: Any) -> str:
    """Text to sort the members of a set by: the order of a set of texts differs per process."""
    return json.dumps(_renumbered(node, {}, {}), sort_keys=True)
