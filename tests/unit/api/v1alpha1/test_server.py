"""Nothing has to be said of the model server."""

from __future__ import annotations

from trainyard.api.v1alpha1.server import ServerSpec


def test_the_installation_serves_unless_an_image_is_named() -> None:
    """Over HTTP alone, by batches of 512 rows, on connections that end after a minute."""
    found = ServerSpec()
    assert ("", 512, False) == (found.image, found.max_batch_rows, found.grpc)
    assert 60 == found.max_connection_age_seconds
    assert found.explain is None
