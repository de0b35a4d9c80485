import pytest

from devcluster.node_images import full_name


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("trainyard/serving:dev", "docker.io/trainyard/serving:dev"),
        ("nginx", "docker.io/library/nginx:latest"),
        ("localhost/trainyard-pause:1", "localhost/trainyard-pause:1"),
        ("registry.example:5000/a/b", "registry.example:5000/a/b:latest"),
        ("docker.io/trainyard/serving:dev", "docker.io/trainyard/serving:dev"),
    ],
)
def test_full_name(image: str, expected: str) -> None:
    """The kubelet asks containerd by the name that docker would fill in."""
    assert full_name(image) == expected
