"""What a person says becomes an Approval of the version that is on its way."""

from __future__ import annotations

from typing import Any

import pytest

from trainyard.api.v1alpha1.approval import Approval
from trainyardctl.approving import NothingToApprove, Word, approval
from trainyardctl.names import ObjectName, object_name

DIGEST, OTHER = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"
UNDER_WAY = {"status": {"canary": {"bundleDigest": DIGEST}}}
WINE = object_name("wine")


def test_it_is_about_the_canary_unless_a_version_is_named() -> None:
    """In the name of who asks, with roles and comment."""
    word = Word(is_yes=True, roles=("risk",), comment="looked at it")
    found = Approval.model_validate(approval(WINE, UNDER_WAY, word, "bob", "00c0ffee"))
    assert "wine-00c0ffee" == found.metadata.name
    said = found.spec
    assert ("wine", DIGEST, "Approve") == (
        said.model_deployment.name,
        said.bundle_digest,
        said.decision,
    )
    assert ("bob", ("risk",), "looked at it") == (said.approver, said.roles, said.comment)
    no = approval(WINE, UNDER_WAY, Word(is_yes=False, bundle_digest=OTHER), "bob", "00c0ffee")
    assert ("Reject", OTHER) == (no["spec"]["decision"], no["spec"]["bundleDigest"])


def test_the_longest_name_fits() -> None:
    """Names of our kinds have at most 40 characters."""
    name = object_name("w" * 40)
    made = approval(name, UNDER_WAY, Word(is_yes=True), "bob", "00c0ffee")
    assert len(made["metadata"]["name"]) <= 40


@pytest.mark.parametrize(
    ("name", "raw", "words"),
    [
        (WINE, {"status": {}}, "no version is on its way"),
        (object_name("tj/wine"), UNDER_WAY, "versions for a ModelDeployment"),
    ],
)
def test_without_a_version_there_is_nothing_to_say(
    name: ObjectName, raw: dict[str, Any], words: str
) -> None:
    """The sentence says what to do."""
    with pytest.raises(NothingToApprove, match=words):
        approval(name, raw, Word(is_yes=True), "bob", "0")
