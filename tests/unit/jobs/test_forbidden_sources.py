"""Sources that would open the artifact store past its own rules."""

from __future__ import annotations

import pytest
from builders_training import Raw, an_installation

from trainyard.api.dataset_sources import DatasetSource
from trainyard.installation import BucketStore, ClaimStore, Installation
from trainyard.jobs.forbidden_sources import why_forbidden

ON_CLAIM = an_installation(store=ClaimStore("models", "shared"))
IN_BUCKET = an_installation(store=BucketStore("stores", read_secret="reader"))


def a_bucket(secret: str) -> Raw:
    """Return a source that reads with the keys of a secret."""
    return {"s3": {"bucket": "stores", "path": "default/team-b/", "secretName": secret}}


@pytest.mark.parametrize(
    ("where", "source", "words"),
    [
        pytest.param(
            ON_CLAIM,
            {"pvc": {"claimName": "models", "path": "shared/default/team-a/*"}},
            "claimName models is the artifact store itself: put the files beside",
            id="the store's claim, with the rows that no training may see",
        ),
        pytest.param(
            IN_BUCKET,
            a_bucket("trainyard-store"),
            "secretName trainyard-store holds the keys of the artifact store",
            id="the keys that write",
        ),
        pytest.param(
            IN_BUCKET,
            a_bucket("reader"),
            "secretName reader holds the keys of the artifact store",
            id="the keys that read",
        ),
        pytest.param(ON_CLAIM, {"pvc": {"claimName": "raw", "path": "*"}}, "", id="another claim"),
        pytest.param(IN_BUCKET, a_bucket("own"), "", id="keys of the source's own"),
        pytest.param(
            IN_BUCKET, {"s3": {"bucket": "open", "path": "*"}}, "", id="a bucket without keys"
        ),
        pytest.param(IN_BUCKET, {"s3": {"path": "raw/"}}, "", id="the store, by its own rules"),
        pytest.param(ON_CLAIM, {"s3": {"path": "raw/"}}, "", id="the claim, by its own rules"),
        pytest.param(
            ON_CLAIM, a_bucket("trainyard-store"), "", id="a name that means nothing on a claim"
        ),
        pytest.param(ON_CLAIM, {"http": {"url": "http://a/b.csv"}}, "", id="an address"),
        pytest.param(
            IN_BUCKET,
            {"container": {"image": "x", "secretName": "trainyard-store"}},
            "source.container.secretName trainyard-store holds the keys",
            id="a container of the user's",
        ),
        pytest.param(
            IN_BUCKET,
            {"container": {"image": "x", "secretName": "trainyard-source-a"}},
            "",
            id="a container with a secret that is meant for it",
        ),
        pytest.param(
            IN_BUCKET,
            {"dvc": {"path": "a", "md5": "0" * 32, "remote": a_bucket("reader")}},
            "secretName reader holds the keys",
            id="a remote of DVC",
        ),
    ],
)
def test_the_store_is_no_source_of_anybody(where: Installation, source: Raw, words: str) -> None:
    """Neither its claim nor its keys; what lies beside is read by their names in the spec."""
    found = why_forbidden(DatasetSource.model_validate(source), where)
    assert (words in found) if words else found == ""


def test_no_source_is_no_fault() -> None:
    """Of a recipe that imports nothing."""
    assert "" == why_forbidden(None, ON_CLAIM)
