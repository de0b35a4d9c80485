import sys

import pytest

from devcluster.packages import IMAGE_NEEDS, NODE_NEEDS, install, is_present, missing_packages
from devcluster.places import Places
from devcluster.progress import Progress


@pytest.mark.parametrize(
    ("absent", "packages"),
    [
        pytest.param(set(), (), id="nothing when all programs are there"),
        pytest.param({"containerd", "ip"}, ("containerd", "iproute2"), id="only what is missing"),
    ],
)
def test_missing_packages(absent: set[str], packages: tuple[str, ...]) -> None:
    """Packages are judged by the program they bring."""
    assert missing_packages(NODE_NEEDS, lambda program: program not in absent) == packages


def test_presence() -> None:
    """A program is looked up on PATH, a path on disk."""
    assert is_present(sys.executable)
    assert not is_present("/no/such/program")
    assert not is_present("no-such-program")


def test_needs_name_each_package_once() -> None:
    """Apt is asked once per package."""
    packages = [need.package for need in (*NODE_NEEDS, *IMAGE_NEEDS)]
    assert len(packages) == len(set(packages))


def test_nothing_is_installed_when_nothing_is_needed(places: Places) -> None:
    """Apt is not even started, so no log of it appears."""
    install((), places, Progress(quiet=True))
    assert not (places.logs / "apt.log").exists()
