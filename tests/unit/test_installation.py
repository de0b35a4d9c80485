"""Which addresses of a store are understood."""

from __future__ import annotations

import pytest

from trainyard.installation import (
    ArtifactStore,
    BucketStore,
    ClaimStore,
    StoreUnreadable,
    parse_store,
)


@pytest.mark.parametrize(
    ("address", "store"),
    [
        pytest.param("pvc://models", ClaimStore("models"), id="a claim"),
        pytest.param("pvc://models/a/b/", ClaimStore("models", "a/b"), id="a folder in a claim"),
        pytest.param("s3://bucket", BucketStore("bucket"), id="a bucket"),
        pytest.param("s3://bucket/a/b", BucketStore("bucket", "a/b"), id="a prefix in a bucket"),
    ],
)
def test_addresses(address: str, store: ArtifactStore) -> None:
    """What is read is written again without its trailing slash."""
    assert store == parse_store(address)
    assert address.rstrip("/") == str(store)


def test_a_bucket_keeps_its_service() -> None:
    """Endpoint and region stand in settings of their own."""
    store = parse_store("s3://bucket", endpoint="http://s3:9000", region="eu")
    assert BucketStore("bucket", endpoint="http://s3:9000", region="eu") == store


@pytest.mark.parametrize("address", ["", "models", "pvc://", "ftp://host/x", "pvc:models"])
def test_anything_else_says_what_was_expected(address: str) -> None:
    """Both forms, and what was found."""
    with pytest.raises(StoreUnreadable, match=r"expected pvc://<claim>.* or s3://<bucket>"):
        parse_store(address)
