"""What the machine must have before the local cluster can be built or started."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from pathlib import Path

from devcluster.refusal import Refusal

NEEDED_GO = (1, 26)
PORTS = (6443, 2379, 10250)


def refuse_unless_root(uid: int) -> None:
    """Raises Refusal unless `uid` is root's."""
    if uid != 0:
        raise Refusal(
            f"The local cluster needs root (this is uid {uid}): run it with sudo, or point "
            "TRAINYARD_KUBECONFIG at a cluster of your own."
        )


def refuse_unless_debian(os_release: str) -> None:
    """Raises Refusal unless the text of /etc/os-release is that of Debian or a child of it."""
    fields = dict(re.findall(r'^(\w+)="?([^"\n]*)"?$', os_release, re.MULTILINE))
    kinds = {fields.get("ID", ""), *fields.get("ID_LIKE", "").split()}
    if not kinds & {"debian", "ubuntu"}:
        found = fields.get("PRETTY_NAME") or fields.get("ID") or "an unknown system"
        raise Refusal(
            f"The local cluster needs Debian or Ubuntu (found {found}): use kind with a container "
            "engine, or point TRAINYARD_KUBECONFIG at a cluster of your own."
        )


def refuse_unless_go(version_line: str | None) -> None:
    """Raises Refusal unless `go version` printed a release new enough; None means no Go at all."""
    wanted = ".".join(map(str, NEEDED_GO))
    if version_line is None:
        raise Refusal(
            f"The local cluster builds Kubernetes with Go {wanted} or newer and found no `go` on "
            "PATH: install Go and run this again."
        )
    found = re.search(r"go(\d+)\.(\d+)", version_line)
    if found is None or (int(found[1]), int(found[2])) < NEEDED_GO:
        raise Refusal(
            f"The local cluster builds Kubernetes with Go {wanted} or newer and found "
            f"“{version_line.strip()}”: install a newer Go and run this again."
        )


def refuse_taken_ports(address: str, taken: tuple[int, ...]) -> None:
    """Raises Refusal when a port that the node needs belongs to somebody else."""
    if taken:
        listed = ", ".join(map(str, taken))
        raise Refusal(
            f"Port {listed} of {address} is taken by a program that the local cluster did not "
            "start: stop the other Kubernetes node on this machine, or use kind."
        )


def taken_ports(address: str) -> tuple[int, ...]:
    """Those of the node's ports on which somebody answers at `address`."""
    return tuple(port for port in PORTS if _answers(address, port))


def _answers(address: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((address, port)) == 0


def check_machine() -> None:
    """The machine is Debian or Ubuntu and this is root; raises Refusal otherwise."""
    refuse_unless_root(os.geteuid())
    release = Path("/etc/os-release")
    refuse_unless_debian(release.read_text() if release.exists() else "")


def check_go() -> None:
    """A Go toolchain that is new enough is on PATH; raises Refusal otherwise."""
    if shutil.which("go") is None:
        refuse_unless_go(None)
    line = subprocess.run(("go", "version"), check=True, capture_output=True, text=True).stdout
    refuse_unless_go(line)
