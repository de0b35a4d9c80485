"""How does the process that loads a model find the modules that were packed with it?

Two models may bring modules of the same name: a candidate and its champion do. So the modules of
one model are taken out before those of the next come in, and what was loaded before goes on with
the classes that it has.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from modelbundle.manifest import CODE_FOLDER

_OURS = frozenset({"modelbundle", "modelserver", "trainer"})
"""Not each of them is in every image that loads models."""
_in_use: dict[str, tuple[str, ...]] = {}
"""Folder on the path: its modules."""


def make_importable(folder: Path, modules: Sequence[str]) -> str:
    """The modules of this folder, and of no other model's, are found before all others.

    Returns why they are not: the sentence names the module that would hide one of Python or of a
    library; "" where all is well.
    """
    take_out()
    taken = why_taken(modules)
    if taken or not modules:
        return taken
    _in_use[str(folder)] = tuple(modules)
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    return ""


def take_out() -> None:
    """No module of any model's own code is found any more; what was loaded keeps its classes."""
    for folder, modules in _in_use.items():
        sys.path[:] = [entry for entry in sys.path if entry != folder]
        for name in list(sys.modules):
            if name.partition(".")[0] in modules:
                del sys.modules[name]
        for place in list(sys.path_importer_cache):
            if Path(place).is_relative_to(folder):
                del sys.path_importer_cache[place]
    _in_use.clear()


def why_taken(modules: Sequence[str]) -> str:
    """Which of these names Python or an installed library has, and what to do, or "".

    Nothing is imported.
    """
    free = {name for found in _in_use.values() for name in found}
    for name in modules:
        if name in free:
            continue
        if name in sys.stdlib_module_names:
            owner = "Python's own"
        elif name in _OURS or name in sys.modules or find_spec(name) is not None:
            owner = "one of an installed library"
        else:
            continue
        return (
            f"{CODE_FOLDER}/ has a module {name}, and so has this image: {owner}, which it would"
            " hide. Give yours another name, and write the model again"
        )
    return ""
