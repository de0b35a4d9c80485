"""Does the code of a model import what no server has?

It is graded in this image, which has more libraries than those that serve: without a look at its
imports it would pass its gates, and fail in the first pod that serves it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from modelbundle.manifest import CODE_FOLDER

ONLY_HERE = frozenset({
    "_yaml", "alembic", "annotated_types", "click", "colorlog", "dask", "distributed", "fsspec",
    "importlib_metadata", "jinja2", "lazy_importer", "lightgbm", "locket", "mako", "markupsafe",
    "ml_dtypes", "msgpack", "onnx", "onnxmltools", "optuna", "partd", "psutil", "pyarrow",
    "pydantic", "pydantic_core", "skl2onnx", "sortedcontainers", "sqlalchemy", "tblib", "tlz",
    "toolz", "tornado", "tqdm", "typing_inspection", "xgboost", "yaml", "zict", "zipp",
})  # fmt: skip
"""Modules of what `requirements/training.txt` has beyond `requirements/serving-sklearn.txt`."""


def why_not_served(path: str, text: str) -> str:
    """What this module of `code/` imports that servers lack, and what to do, or "".

    What it only tries to import, or only for types, may be absent.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as fault:
        return f"{CODE_FOLDER}/{path} is no Python: {fault}"
    for line, name in _imports(tree):
        if name.partition(".")[0] in ONLY_HERE:
            return (
                f"{CODE_FOLDER}/{path}, line {line}, imports {name}, which servers lack: import it"
                " where you train, in another module, or inside `try: … except ImportError:`"
            )
    return ""


def _imports(node: ast.AST) -> Iterator[tuple[int, str]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from ((child.lineno, alias.name) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            if child.level == 0 and child.module:
                yield child.lineno, child.module
        elif isinstance(child, ast.If) and _is_for_types(child.test):
            for part in child.orelse:
                yield from _imports(part)
        elif not isinstance(child, ast.Try):
            yield from _imports(child)


def _is_for_types(test: ast.expr) -> bool:
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
    return name == "TYPE_CHECKING"
