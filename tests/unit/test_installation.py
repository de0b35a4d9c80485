"""Which addresses of a store are understood."""

from __future__ import annotations

import pytest

from trainyard.installation import (
    ArtifactStore,
    BucketStore,
    ClaimStore,
    Installation,
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


@pytest.mark.parametrize(
    ("runtime", "sklearn_image", "image"),
    [
        pytest.param("onnx", "large:1", "small:1", id="ONNX Runtime is all it needs"),
        pytest.param("sklearn", "large:1", "large:1", id="scikit-learn serves it"),
        pytest.param("", "large:1", "large:1", id="a record that does not say"),
        pytest.param("later", "large:1", "large:1", id="a runtime that is not known yet"),
        pytest.param("sklearn", "", "small:1", id="an installation with one image for all"),
    ],
)
def test_the_server_image_is_the_smallest_that_certainly_serves(
    runtime: str, sklearn_image: str, image: str
) -> None:
    """Where nothing is known, the one that serves every model."""
    found = Installation(
        operator_namespace="trainyard-system",
        id="default",
        store=ClaimStore("models"),
        training_image="training:1",
        serving_image="small:1",
        router_image="envoy:1",
        serving_sklearn_image=sklearn_image,
    )
    assert image == found.server_image(runtime)


@pytest.mark.parametrize("address", ["", "models", "pvc://", "ftp://host/x", "pvc:models"])
def test_anything_else_says_what_was_expected(address: str) -> None:
    """Both forms, and what was found."""
    with pytest.raises(StoreUnreadable, match=r"expected pvc://<claim>.* or s3://<bucket>"):
        parse_store(address)
