"""Which programs are taken out of Debian packages without installing them.

A server's package would start it as a service of this machine; tests want the program only.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from devcluster.locking import only_one
from devcluster.places import Places
from devcluster.progress import Progress


@dataclass(frozen=True, slots=True)
class Packaged:
    """Where a program lies in its package."""

    package: str
    path: str


PACKAGED: Mapping[str, Packaged] = {
    "promtool": Packaged("prometheus", "usr/bin/promtool"),
    "prometheus": Packaged("prometheus", "usr/bin/prometheus"),
    "alertmanager": Packaged("prometheus-alertmanager", "usr/bin/prometheus-alertmanager"),
}


@dataclass(frozen=True, slots=True)
class DebianPrograms:
    """Unpacks packages once and answers with the paths of their programs."""

    places: Places
    progress: Progress

    def path(self, program: str) -> Path:
        """The program's binary, its package fetched now if it is not there.

        Raises KeyError for a program of no package here, StepFailed where apt failed.
        """
        packaged = PACKAGED[program]
        folder = self.places.cache / "debian" / packaged.package
        if not folder.exists():
            self._unpack(packaged.package, folder)
        return folder / packaged.path

    def _unpack(self, package: str, folder: Path) -> None:
        with only_one(self.places.cache / "locks" / f"debian-{package}", self.progress):
            if folder.exists():
                return
            partial = folder.with_name(f"{package}.partial")
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir(parents=True)
            with self.progress.step(f"fetching the package {package}"):
                self._run("apt-get update", ("apt-get", "update", "-q"))
                fetch = ("apt-get", "download", "-q", package)
                self._run(f"fetching {package}", ("env", "-C", str(partial), *fetch))
                (archive,) = partial.glob("*.deb")
                self._run(f"unpacking {package}", ("dpkg-deb", "-x", str(archive), str(partial)))
                archive.unlink()
            partial.rename(folder)

    def _run(self, what: str, command: tuple[str, ...]) -> None:
        log = self.places.cache / "logs" / "debian-programs.log"
        self.progress.run(what, command, log, os.environ)
