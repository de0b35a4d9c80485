"""Does a user's query look at series of their own namespace alone?

It is read by a parser of PromQL, not searched as text: what counts is which series it selects.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from promql_parser import Expr, Matcher, VectorSelector

LONGEST = 1024
"""Characters; deeply nested queries take the parser quadratically long."""
_PARTS = ("lhs", "rhs", "expr", "param", "vector_selector")


@lru_cache(maxsize=1024)
def why_not_confined(query: str, label: str, namespace: str) -> str:
    """Return what is wrong with the query and what to do, or an empty text.

    Every selector has to have the matcher `label="namespace"`, whatever others it has.
    """
    if len(query) > LONGEST:
        return f"the query has {len(query)} characters, at most {LONGEST} are allowed here"
    from promql_parser import parse  # noqa: PLC0415  (5 MB that most installations need not hold)

    try:
        expression = parse(query)
    except ValueError as fault:
        return f"the query cannot be read: {fault}"
    open_selectors = [s for s in _selectors(expression) if not _is_confined(s, label, namespace)]
    if not open_selectors:
        return ""
    return (
        f"{str(open_selectors[0])[:200]} selects series of other namespaces: "
        f'add the matcher {label}="{namespace}" to every selector of the query'
    )


def _selectors(expression: Expr) -> Iterator[VectorSelector]:
    # The library's own walk copies each subtree again and again.
    from promql_parser import Expr, VectorSelector  # noqa: PLC0415

    waiting = [expression]
    while waiting:
        one = waiting.pop()
        if isinstance(one, VectorSelector):
            yield one
        parts = (getattr(one, name, None) for name in _PARTS)
        waiting += [part for part in (*parts, *getattr(one, "args", ())) if isinstance(part, Expr)]


def _is_confined(selector: VectorSelector, label: str, namespace: str) -> bool:
    matchers = selector.matchers
    return not matchers.or_matchers and any(_is(m, label, namespace) for m in matchers.matchers)


def _is(matcher: Matcher, label: str, namespace: str) -> bool:
    return (str(matcher.op), matcher.name, matcher.value) == ("MatchOp.Equal", label, namespace)
