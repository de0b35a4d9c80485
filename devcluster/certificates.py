"""Certificates and kubeconfigs of the cluster, all made by kubeadm."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from devcluster.network import Addresses
from devcluster.places import Places
from devcluster.processes import without_proxies
from devcluster.programs import Programs
from devcluster.progress import Progress

# kubeadm's certificates last a year.
RENEW_AFTER_SECONDS = 300 * 24 * 3600


def need_renewal(made: float | None, now: float) -> bool:
    """True where there are no certificates (None) or they are older than 300 days."""
    return made is None or now - made > RENEW_AFTER_SECONDS


@dataclass(frozen=True, slots=True)
class Certificates:
    """Makes what the components need to trust each other."""

    places: Places
    programs: Programs
    addresses: Addresses
    progress: Progress

    def ensure(self) -> None:
        """Certificates, component kubeconfigs and the users' kubeconfig are there and valid."""
        complete = self.places.settings / "certificates-made"
        made = complete.stat().st_mtime if complete.exists() else None
        if not need_renewal(made, time.time()):
            return
        with self.progress.step("making certificates"):
            # The key that signs service account tokens stays, so that pods' tokens stay valid.
            for folder in (self.places.kubeconfigs, self.places.pki):
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._drop_leaves()
            self._kubeadm("init", "phase", "certs", "all")
            target = ("--kubeconfig-dir", str(self.places.kubeconfigs))
            self._kubeadm("init", "phase", "kubeconfig", "all", *target)
            self._proxy_kubeconfig()
            self._users_kubeconfig()
            complete.write_text("")

    def _drop_leaves(self) -> None:
        """Everything but the authorities is removed; kubeadm keeps what it finds."""
        kept = {"ca.crt", "ca.key", "sa.pub", "sa.key", "front-proxy-ca.crt", "front-proxy-ca.key"}
        for path in (*self.places.pki.rglob("*"), *self.places.kubeconfigs.iterdir()):
            if path.is_file() and path.name not in kept:
                path.unlink()

    def _proxy_kubeconfig(self) -> None:
        log = self.places.logs / "kube-proxy-kubeconfig.log"
        answer = subprocess.run(
            (
                *(str(self.programs.path("kubeadm")), "kubeconfig", "user"),
                *("--client-name", "system:kube-proxy", "--config", self._settings()),
            ),
            check=True,
            stdout=subprocess.PIPE,
            stderr=log.open("ab"),
            text=True,
        )
        _write_private(self.places.kubeconfigs / "kube-proxy.conf", answer.stdout)

    def _users_kubeconfig(self) -> None:
        target = self.places.kubeconfig
        partial = target.with_name("kubeconfig.partial")
        shutil.copyfile(self.places.kubeconfigs / "admin.conf", partial)
        partial.chmod(0o600)
        old = f"kubernetes-admin@{self.addresses.context}"
        kubectl = (str(self.programs.path("kubectl")), "--kubeconfig", str(partial))
        self.progress.run(
            "naming the kubeconfig's context",
            (*kubectl, "config", "rename-context", old, self.addresses.context),
            self.places.logs / "kubeadm.log",
            without_proxies(os.environ),
        )
        partial.rename(target)

    def _settings(self) -> str:
        return str(self.places.settings / "kubeadm.yaml")

    def _kubeadm(self, *arguments: str) -> None:
        command = (str(self.programs.path("kubeadm")), *arguments, "--config", self._settings())
        self.progress.run(
            f"kubeadm {' '.join(arguments[:4])}",
            command,
            self.places.logs / "kubeadm.log",
            without_proxies(os.environ),
        )


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)
