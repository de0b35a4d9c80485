"""Where the local cluster keeps its files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from devcluster.refusal import Refusal

# A Unix socket's path ends at 107 bytes; containerd adds a suffix to its own.
LONGEST_SOCKET = 95


@dataclass(frozen=True, slots=True)
class Places:
    """Every folder of the local cluster: what may be rebuilt (cache) and what is alive (state)."""

    cache: Path
    state: Path
    source: Path

    @property
    def repository(self) -> Path:
        """The folder in which `devcluster/` lies."""
        return self.source.parent

    @property
    def kubeconfig(self) -> Path:
        """The kubeconfig for users of the cluster; no other file holds it."""
        return self.state / "kubeconfig"

    @property
    def pki(self) -> Path:
        """Certificates and keys made by kubeadm."""
        return self.state / "pki"

    @property
    def kubeconfigs(self) -> Path:
        """The kubeconfigs of the components."""
        return self.state / "kubeconfigs"

    @property
    def logs(self) -> Path:
        """One log file per component and per build."""
        return self.state / "logs"

    @property
    def records(self) -> Path:
        """One record (pid, start time, what it runs) per component."""
        return self.state / "processes"

    @property
    def settings(self) -> Path:
        """Rendered configuration files."""
        return self.state / "settings"

    @property
    def containerd_socket(self) -> Path:
        """The socket of this cluster's own containerd."""
        return self.state / "containerd.sock"

    @property
    def runc(self) -> Path:
        """What runc knows of the containers; below it, one folder per namespace of containerd."""
        return self.state / "runc"

    @property
    def volumes(self) -> Path:
        """The folders behind hostPath volumes."""
        return self.state / "volumes"


def places_from(environment: Mapping[str, str], home: Path, source: Path) -> Places:
    """The places by the XDG rules: absolute `XDG_CACHE_HOME` and `XDG_STATE_HOME`, else below home.

    Raises Refusal where the state folder's path is too long for a Unix socket.
    """
    places = Places(
        cache=_base(environment.get("XDG_CACHE_HOME"), home / ".cache") / "trainyard",
        state=_base(environment.get("XDG_STATE_HOME"), home / ".local" / "state") / "trainyard",
        source=source,
    )
    if len(str(places.containerd_socket)) > LONGEST_SOCKET:
        raise Refusal(
            f"XDG_STATE_HOME gives the path {places.containerd_socket}, which is longer than a "
            f"Unix socket may be ({LONGEST_SOCKET}); set it to a shorter folder."
        )
    return places


def _base(declared: str | None, default: Path) -> Path:
    # The XDG specification: relative paths are to be ignored.
    if declared and Path(declared).is_absolute():
        return Path(declared)
    return default
