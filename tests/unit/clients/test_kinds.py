"""Where the API server keeps each kind."""

from __future__ import annotations

import pytest

from trainyard.clients.kinds import KINDS


@pytest.mark.parametrize(
    ("kind", "place", "path"),
    [
        pytest.param("Pod", ("ns", "a"), "/api/v1/namespaces/ns/pods/a", id="a core object"),
        pytest.param("Job", ("ns", ""), "/apis/batch/v1/namespaces/ns/jobs", id="a collection"),
        pytest.param("Job", ("", ""), "/apis/batch/v1/jobs", id="the whole cluster"),
        pytest.param("Namespace", ("", "ns"), "/api/v1/namespaces/ns", id="cluster-scoped"),
        pytest.param(
            "Dataset",
            ("ns", "a", "status"),
            "/apis/trainyard.dev/v1alpha1/namespaces/ns/datasets/a/status",
            id="a subresource of ours",
        ),
    ],
)
def test_paths(kind: str, place: tuple[str, ...], path: str) -> None:
    """They are made from the table: no discovery request is needed."""
    assert path == KINDS[kind].path(*place)


def test_api_versions() -> None:
    """The core API has no group."""
    assert ("v1", "batch/v1") == (KINDS["Pod"].api_version, KINDS["Job"].api_version)


def test_of_the_config_maps_of_users_only_the_metadata_is_asked_for() -> None:
    """Of others all; the path is that of the whole objects."""
    metadata = KINDS["ConfigMapMetadata"]
    assert "PartialObjectMetadata;" in metadata.media_type()
    assert "PartialObjectMetadataList;" in metadata.media_type(listed=True)
    assert "application/json" == KINDS["ConfigMap"].media_type(listed=True)
    assert KINDS["ConfigMap"].path("ns", "a") == metadata.path("ns", "a")


def test_secrets_are_no_kind_of_ours() -> None:
    """The operator never reads or writes one."""
    assert "Secret" not in KINDS
