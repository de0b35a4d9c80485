"""Images in the node's own containerd."""

from __future__ import annotations

import os
import platform
import subprocess
from dataclasses import dataclass
from pathlib import Path

from devcluster.node_settings import DNS_REPOSITORY, PAUSE_IMAGE, snapshotter_for
from devcluster.places import Places
from devcluster.processes import without_proxies
from devcluster.programs import Programs, modules
from devcluster.progress import Progress
from devcluster.scratch_image import UNPRIVILEGED, write_image

GO_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def full_name(image: str) -> str:
    """The name containerd knows an image by: registry, repository and tag, as docker fills them in.

    `trainyard/serving:dev` is `docker.io/trainyard/serving:dev`.
    """
    first, slash, _ = image.partition("/")
    has_host = bool(slash) and ("." in first or ":" in first or first == "localhost")
    if not has_host:
        image = f"docker.io/{image}" if slash else f"docker.io/library/{image}"
    return image if ":" in image.rpartition("/")[2] else f"{image}:latest"


@dataclass(frozen=True, slots=True)
class NodeImages:
    """Lists and loads what pods of the local cluster can run."""

    places: Places
    progress: Progress

    def names(self) -> frozenset[str]:
        """The full names of all images on the node."""
        answer = subprocess.run(
            (*self._ctr(), "images", "ls", "-q"), check=True, capture_output=True, text=True
        )
        return frozenset(answer.stdout.split())

    def blobs(self) -> frozenset[str]:
        """The digests of everything that images on the node are made of."""
        answer = subprocess.run(
            (*self._ctr(), "content", "ls", "-q"), check=True, capture_output=True, text=True
        )
        return frozenset(answer.stdout.split())

    def load(self, archive: Path) -> None:
        """Every image of the archive (docker or OCI tar) is on the node."""
        snapshotter = snapshotter_for(self.places.state, Path("/proc/self/mountinfo").read_text())
        self.progress.run(
            f"loading {archive.name}",
            (*self._ctr(), "images", "import", "--snapshotter", snapshotter, str(archive)),
            self.places.logs / "images.log",
            without_proxies(os.environ),
        )

    def load_own(self, programs: Programs) -> None:
        """The pause image and CoreDNS, made of our own binaries, are on the node.

        A running pod keeps the image that it was started with.
        """
        coredns = f"{DNS_REPOSITORY}/coredns:{programs.version(modules()['coredns'])}"
        wanted = {PAUSE_IMAGE: ("pause", UNPRIVILEGED), coredns: ("coredns", "")}
        present = self.names()
        for tag, (program, user) in wanted.items():
            record = self.places.state / "images" / f"{program}.key"
            key = programs.folder(modules()[program]).name
            if tag in present and record.exists() and record.read_text() == key:
                continue
            archive = self.places.state / f"{program}.tar"
            machine = platform.machine()
            architecture = GO_ARCHITECTURES.get(machine, machine)
            write_image(programs.path(program), tag, archive, user, architecture)
            self.load(archive)
            archive.unlink()
            record.parent.mkdir(exist_ok=True)
            record.write_text(key)

    def _ctr(self) -> tuple[str, ...]:
        return ("ctr", "--address", str(self.places.containerd_socket), "--namespace", "k8s.io")
