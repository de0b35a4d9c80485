"""Does the code of a model import what no server has?

It is graded in this image, which has more libraries than those that serve: without a look at its
imports it would pass its gates, and fail in the first pod that serves it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

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
    for line, name in _imports(tree.body):
        if name.partition(".")[0] in ONLY_HERE:
            return (
                f"{CODE_FOLDER}/{path}, line {line}, imports {name}, which servers lack: import it"
                " where you train, in another module, or inside `try: … except ImportError:`"
            )
    return ""


def _imports(nodes: Iterable[ast.AST]) -> Iterator[tuple[int, str]]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level == 0 and node.module:
                yield node.lineno, node.module
        elif isinstance(node, ast.If) and _is_for_types(node.test):
            yield from _imports(node.orelse)
        elif not isinstance(node, ast.Try):
            yield from _imports(ast.iter_child_nodes(node))


def _is_for_types(test: ast.expr) -> bool:
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
    return name == "TYPE_CHECKING"
