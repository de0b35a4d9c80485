"""Which code of its own did training leave beside the model, and may it travel with it?

Nothing is imported here: `publish`, which has credentials, asks it too.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from modelbundle.code_loading import why_taken
from modelbundle.manifest import CODE_FOLDER, FORMAT_FILES, TRUST_PICKLE
from modelbundle.packed_code import (
    CACHE,
    MAX_BYTES,
    MAX_DEPTH,
    MAX_FILES,
    modules_of,
    why_no_code,
    why_no_text,
    why_not_beside,
)
from trainer.models.served_modules import why_not_served
from trainer.pod.exits import Reason, UserFault
from trainer.pod.plain_files import read_plain_file

_FORMATS = {name: kind for kind, name in FORMAT_FILES.items()}


def code_beside(model: Path, trust: str | None) -> tuple[str, ...]:
    """The files of `code/` beside the model, by their paths below it, sorted; none: ().

    What Python wrote when training imported them is none of them.

    Raises UserFault: ModelNotTrusted where the recipe does not trust it; CodeInvalid where the
    model takes none, where files are too many, too large, no text or links, or where a module has
    the name of an installed one.
    """
    folder = model.parent / CODE_FOLDER
    if not folder.exists() and not folder.is_symlink():
        return ()
    refused = why_not_beside([_FORMATS[model.name]], trust)
    if refused:
        joblib = model.name == FORMAT_FILES["joblib"]
        untrusted = joblib and trust != TRUST_PICKLE
        raise UserFault(Reason.MODEL_NOT_TRUSTED if untrusted else Reason.CODE_INVALID, refused)
    sizes = dict(_files_below(folder))
    _refuse(why_no_code(sizes))
    for path in sorted(sizes):
        _refuse(why_no_text(path, read_plain_file(folder / path, MAX_BYTES)))
    _refuse(why_taken(modules_of(sizes)))
    return tuple(sorted(sizes))


def importable_modules(model: Path, trust: str | None) -> tuple[str, ...]:
    """The modules beside the model, of which servers have all that they import; none: ().

    Raises UserFault: ModelNotTrusted, CodeInvalid.
    """
    files = code_beside(model, trust)
    for path in files:
        if path.endswith(".py"):
            text = (model.parent / CODE_FOLDER / path).read_text(encoding="utf-8")
            _refuse(why_not_served(path, text))
    return modules_of(files)


def _files_below(folder: Path) -> Iterator[tuple[str, int]]:
    """Paths and bytes of the files, the first of too many included; no link is followed."""
    if folder.is_symlink() or not folder.is_dir():
        raise _invalid(f"{CODE_FOLDER} is no folder: put your modules into a folder of that name")
    found = 0
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != CACHE]
        for name in (*folders, *files):
            path = Path(place, name)
            shown = path.relative_to(folder).as_posix()
            if path.is_symlink() or not (path.is_file() or path.is_dir()):
                raise _invalid(
                    f"{CODE_FOLDER}/{shown} is a link or a device; copy the file itself there"
                )
            found += 1
            # Empty folders count here: nobody may keep this process busy with them.
            if found > MAX_FILES * MAX_DEPTH:
                raise _invalid(f"{CODE_FOLDER}/ has too many files; at most {MAX_FILES} travel")
            if path.is_file():
                yield shown, path.stat().st_size


def _refuse(why: str) -> None:
    if why:
        raise _invalid(why)


def _invalid(why: str) -> UserFault:
    return UserFault(Reason.CODE_INVALID, why)
