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


def test_secrets_are_no_kind_of_ours() -> None:
    """The operator never reads or writes one."""
    assert "Secret" not in KINDS
