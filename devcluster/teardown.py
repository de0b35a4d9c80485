"""`down`: no process, mount, interface or firewall rule of the cluster is left.

Works from what lies in the state folder, so that it also cleans up after a crash.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from devcluster import network
from devcluster.components import component_names
from devcluster.firewall import remove_rules
from devcluster.locking import only_one
from devcluster.network import NETWORK_NAME
from devcluster.places import Places
from devcluster.preconditions import refuse_unless_root
from devcluster.processes import Processes
from devcluster.programs import Programs, modules
from devcluster.progress import Progress

CONTAINERD_NAMESPACE = "k8s.io"
# The one folder of the kubelet's that no flag moves.
DEVICE_PLUGINS = Path("/var/lib/kubelet/device-plugins")


def mounts_below(folder: Path, mountinfo: str) -> tuple[str, ...]:
    r"""The mount points below a folder, the last mounted first.

    `mountinfo` is the text of /proc/self/mountinfo, which writes a space as \040.
    """
    points = (line.split()[4].replace("\\040", " ") for line in mountinfo.splitlines())
    return tuple(reversed([point for point in points if point.startswith(f"{folder}/")]))


def is_shim_of(command_line: bytes, socket: Path) -> bool:
    """The process is a shim that reports to the containerd at `socket`."""
    words = command_line.split(b"\0")
    return b"containerd-shim" in words[0] and str(socket).encode() in words


@dataclass(frozen=True, slots=True)
class Teardown:
    """Everything `down` works with."""

    places: Places
    programs: Programs
    progress: Progress

    def down(self, purge: bool) -> None:
        """Nothing of the cluster runs; with `purge` its state is gone too (binaries stay)."""
        refuse_unless_root(os.geteuid())
        if not self.places.state.exists():
            self.progress.say("nothing to take down")
            return
        with only_one(self.places.state / "lock", self.progress):
            processes = Processes(self.places)
            processes.stop("versitygw")
            processes.stop("kubelet")
            self._end_containers()
            for name in reversed(component_names()):
                processes.stop(name)
            self._unmount()
            self._clean_firewall()
            self._clean_traces()
            network.tear_down(self.places.state / "changed-forwarding")
            if purge:
                shutil.rmtree(self.places.state)
        self.progress.say("down" + (", and the cluster's data is gone" if purge else ""))

    def _end_containers(self) -> None:
        root = self.places.runc / CONTAINERD_NAMESPACE
        if root.exists() and shutil.which("runc"):
            for container in sorted(path.name for path in root.iterdir()):
                subprocess.run(
                    ("runc", "--root", str(root), "delete", "--force", container),
                    check=False,
                    capture_output=True,
                )
        for pid in self._shims():
            os.kill(pid, signal.SIGKILL)

    def _shims(self) -> Iterator[int]:
        for entry in Path("/proc").iterdir():
            if not entry.name.isdecimal():
                continue
            try:
                command_line = (entry / "cmdline").read_bytes()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if is_shim_of(command_line, self.places.containerd_socket):
                yield int(entry.name)

    def _unmount(self) -> None:
        _unmount_below(self.places.state)
        # An image build that was interrupted leaves mounts too; one that runs is waited for.
        with only_one(self.places.cache / "locks" / "images", self.progress):
            _unmount_below(self.places.cache / "buildah")

    def _clean_firewall(self) -> None:
        kube_proxy = self.programs.folder(modules()["kubernetes"]) / "kube-proxy"
        if kube_proxy.exists():
            with (self.places.logs / "kube-proxy-cleanup.log").open("ab") as log:
                subprocess.run((str(kube_proxy), "--cleanup"), check=False, stdout=log, stderr=log)
        if shutil.which("iptables-save"):
            remove_rules()

    def _clean_traces(self) -> None:
        """Files that containerd and the kubelet keep outside of any folder one can choose."""
        sandboxes = self.places.state / "containerd/io.containerd.grpc.v1.cri/sandboxes"
        pods = {path.name for path in sandboxes.glob("*")}
        for cached in Path("/var/lib/cni/results").glob("*"):
            network_name, _, rest = cached.name.rpartition("-")[0].rpartition("-")
            if network_name == NETWORK_NAME or rest in pods:
                cached.unlink()
        for link in Path("/var/log/containers").glob("*.log"):
            if link.is_symlink() and str(link.readlink()).startswith(f"{self.places.state}/"):
                link.unlink()
        (DEVICE_PLUGINS / "kubelet.sock").unlink(missing_ok=True)
        for folder in (DEVICE_PLUGINS, DEVICE_PLUGINS.parent):
            _remove_empty(folder)
        for group in Path("/sys/fs/cgroup").glob(f"*/{CONTAINERD_NAMESPACE}"):
            _remove_empty(group)
        _remove_empty(Path("/sys/fs/cgroup", CONTAINERD_NAMESPACE))


def _unmount_below(folder: Path) -> None:
    for point in mounts_below(folder, Path("/proc/self/mountinfo").read_text()):
        subprocess.run(("umount", "--lazy", point), check=False, capture_output=True)


def _remove_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        # Not there, or somebody else still has something in it.
        return
