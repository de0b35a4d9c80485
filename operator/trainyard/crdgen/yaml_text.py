"""Data → YAML as people write it: order kept, block style, no anchors."""

from __future__ import annotations

import re
from typing import Any

import yaml


class PlainDumper(yaml.SafeDumper):
    """Writes every value out in full, and lists indented below their key."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the base class's signature
        """Return True: the API server and diffs do better without anchors."""
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        """Indent list items too, as kubectl's users do."""
        super().increase_indent(flow, False)


# Go's parser reads 1e3 as a number, Python's as text: such text is quoted for both.
PlainDumper.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+$"),
    list("-+0123456789"),
)


def to_yaml(document: Any) -> str:
    """Return the document as YAML text that ends in a line break."""
    text: str = yaml.dump(
        document,
        Dumper=PlainDumper,
        sort_keys=False,
        default_flow_style=False,
        allow_unicode=True,
        width=100,
    )
    return text
