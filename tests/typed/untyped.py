"""Which documented commands are not typed here, and why."""

from __future__ import annotations

import re

_UNTYPED = (
    (r"docs/tutorial\.md", r"", "`make tutorial` types the whole page"),
    (r"docs/operations/running\.md Backup", r"", "`make restore` types this part"),
    (r"docs/guide\.md On the cluster of the demo", r"", "names the cluster of tests and demo"),
    (r"docs/model-server-metrics\.md", r"", "needs a model server and a collector of spans"),
    (r"", r"(\w+=\S+ )?kubectl .*\b(logs|top|port-forward)\b", "needs a kubelet"),
    (r"", r"kubectl .*\brun (try|ask) ", "needs a kubelet"),
    (r"", r"curl ", "needs the DNS of a cluster, and a model that answers"),
    (r"", r"pip install ", "needs a package index; images and tests install the same extras"),
    (r"", r"(docker|cosign|yq) |for image in .*docker push", "needs a program that tests have not"),
    (r"", r"make ", "is how the tests themselves are started"),
    (r"", r"trainyard .*--request ", "needs a captured request of a model server"),
    (r"", r"trainyard (init|lint|try) [^|]*$", "tests/cli/test_typed_commands.py types it"),
    (r"", r"trainyard get -w$", "never ends; tests/cluster/test_command_line.py looks at it"),
    (r"docs/cli-reference\.md", r"", "is made from what the program says of itself"),
    (r"", r"# ", "is a remark"),
)
_REASONS = [(re.compile(where), re.compile(what, re.DOTALL), why) for where, what, why in _UNTYPED]


def why_untyped(page: str, part: str, text: str) -> str:
    """Return the reason; empty: it is typed."""
    place = f"{page} {part}"
    return next(
        (why for where, what, why in _REASONS if where.match(place) and what.match(text)), ""
    )


def is_a_query(text: str) -> bool:
    """Tell whether it is a question for Prometheus, and no command."""
    return text.startswith("sum by (")
