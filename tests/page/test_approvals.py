"""Whose yes a release needs."""

from __future__ import annotations

from typing import Any

from a_namespace import deployment, namespace, releasing

from trainyardpage.approvals import MOST_NAMES, Approvals, approvals_of


def asked(raw: dict[str, Any], author: str = "", **approvals: Any) -> Approvals | None:
    """Return what is shown of a deployment that asks for these approvals."""
    raw["spec"]["rollout"] = {"approvals": approvals}
    here = namespace(raw)
    here.of("ModelVersion")[1]["spec"]["author"] = author
    return approvals_of(raw, here)


def test_none_are_needed_where_none_are_asked_for() -> None:
    """And none are shown."""
    raw = deployment()
    assert approvals_of(raw, namespace(raw)) is None


def test_who_gave_it_and_how_many_lack() -> None:
    """With the roles, and with the author, who does not count."""
    raw = releasing("AwaitingApproval", approvedBy=["anna"])
    found = asked(raw, "bob", required=2, roles=["risk"], before="FirstRequest")
    assert found is not None
    assert (2, 1, True) == (found.required, found.lacking, found.under_way)
    assert (("anna",), ("risk",), "bob") == (found.given, found.roles, found.author)
    assert "before its first request" == found.before


def test_an_author_who_may_approve_is_not_named() -> None:
    """At rest nothing is lacking of anything."""
    found = asked(deployment(), "bob", authorMayApprove=True)
    assert found is not None
    assert ("", 1, False) == (found.author, found.required, found.under_way)


def test_many_names_are_counted() -> None:
    """A status holds 64."""
    names = [f"user-{number}" for number in range(MOST_NAMES + 3)]
    found = asked(releasing(approvedBy=names), required=MOST_NAMES)
    assert found is not None
    assert (MOST_NAMES, 3, 0) == (len(found.given), found.hidden, found.lacking)
