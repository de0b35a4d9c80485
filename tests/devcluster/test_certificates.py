import pytest

from devcluster.certificates import RENEW_AFTER_SECONDS, need_renewal

NOW = 1_800_000_000.0
YEAR_SECONDS = 365 * 24 * 3600


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        pytest.param(None, True, id="there are none"),
        pytest.param(NOW - 60, False, id="a minute old"),
        pytest.param(NOW - RENEW_AFTER_SECONDS - 1, True, id="older than the limit"),
    ],
)
def test_renewal(made: float | None, expected: bool) -> None:
    """Certificates are made when missing or old."""
    assert need_renewal(made, NOW) is expected


def test_certificates_are_renewed_before_they_end() -> None:
    """Kubeadm's certificates last a year; a cluster may stay up for weeks after `up`."""
    assert RENEW_AFTER_SECONDS < YEAR_SECONDS - 30 * 24 * 3600
