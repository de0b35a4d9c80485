"""Which Debian packages the local cluster needs, judged by the programs they bring."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from devcluster.apt import ask_apt
from devcluster.places import Places
from devcluster.progress import Progress

CNI_FOLDER = Path("/usr/lib/cni")


@dataclass(frozen=True, slots=True)
class Need:
    """A program and the package that brings it."""

    program: str
    package: str


NODE_NEEDS = (
    Need("containerd", "containerd"),
    Need("runc", "runc"),
    Need(f"{CNI_FOLDER}/ptp", "containernetworking-plugins"),
    Need("iptables", "iptables"),
    Need("conntrack", "conntrack"),
    Need("ip", "iproute2"),
    Need("ethtool", "ethtool"),
    Need("socat", "socat"),
)
IMAGE_NEEDS = (
    Need("debootstrap", "debootstrap"),
    Need("/usr/share/keyrings/debian-archive-keyring.gpg", "debian-archive-keyring"),
    Need("buildah", "buildah"),
)


def missing_packages(needs: tuple[Need, ...], present: Callable[[str], bool]) -> tuple[str, ...]:
    """The packages whose program is not present.

    Judged by program, not by package: a machine may have containerd from another source, and
    installing Debian's beside it would throw that one out.
    """
    return tuple(need.package for need in needs if not present(need.program))


def is_present(program: str) -> bool:
    """The program is on PATH, or, given as a path, exists."""
    return Path(program).exists() if program.startswith("/") else shutil.which(program) is not None


def install(needs: tuple[Need, ...], places: Places, progress: Progress) -> None:
    """Every program of `needs` is on the machine; raises StepFailed where apt could not."""
    missing = missing_packages(needs, is_present)
    if not missing:
        return
    log = places.logs / "apt.log"
    with progress.step(f"installing {', '.join(missing)}"):
        ask_apt(progress, ("apt-get", "update", "-q"), log)
        install_them = ("apt-get", "install", "-y", "-q", "--no-install-recommends", *missing)
        ask_apt(progress, install_them, log)
