"""Whose yes a release needs."""

from __future__ import annotations

from typing import Any

from a_namespace import DIGEST, Raw, deployment, namespace, releasing

from trainyardctl.snapshot import Snapshot
from trainyardpage.approvals import MOST_NAMES, Approvals, Said, approvals_of


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


def test_what_people_said_of_the_version_on_its_way() -> None:
    """The newest word first; of another version or another deployment nothing."""
    raw = releasing("AwaitingApproval")
    raw["spec"]["rollout"] = {"approvals": {}}
    raw["status"]["canary"]["bundleDigest"] = DIGEST
    found = approvals_of(raw, _with_words(raw, ("anna", DIGEST, "wine"), ("bob", DIGEST, "wine")))
    assert found is not None
    assert ["bob", "anna"] == [said.approver for said in found.said]
    assert Said("bob", "Reject", ("risk",), "no", "2026-05-02T10:00:00Z", "") == found.said[0]
    others = _with_words(raw, ("anna", "sha256:other", "wine"), ("bob", DIGEST, "beer"))
    found = approvals_of(raw, others)
    assert found is not None
    assert () == found.said


def test_at_rest_each_word_names_its_version() -> None:
    """As far as the version is still there."""
    raw = deployment()
    raw["spec"]["rollout"] = {"approvals": {}}
    words = _with_words(raw, ("anna", DIGEST, "wine"), ("bob", "sha256:gone", "wine"))
    found = approvals_of(raw, words)
    assert found is not None
    assert [("bob", ""), ("anna", "wine-b")] == [(s.approver, s.version) for s in found.said]


def _with_words(raw: Raw, *words: tuple[str, str, str]) -> Snapshot:
    """Return the namespace with what each approver said of a digest for a deployment."""
    here = namespace(raw)
    said = [
        {
            "metadata": {"creationTimestamp": f"2026-05-{day:02}T10:00:00Z"},
            "spec": {
                "modelDeployment": {"name": name},
                "bundleDigest": digest,
                "decision": "Reject",
                "approver": approver,
                "roles": ["risk"],
                "comment": "no",
            },
        }
        for day, (approver, digest, name) in enumerate(words, start=1)
    ]
    return Snapshot("models", {**here.objects, "Approval": tuple(said)})
