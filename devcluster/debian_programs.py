"""Which programs are taken out of Debian packages without installing them.

A server's package would start it as a service of this machine; tests want the program only.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from devcluster.apt import ask_apt
from devcluster.locking import only_one
from devcluster.places import Places
from devcluster.progress import Progress


@dataclass(frozen=True, slots=True)
class Packaged:
    """Where a program lies in its package; a star stands for its version.

    `needs`: whether what it depends on is unpacked beside it, as far as the machine lacks it. Such
    a program is taken from the machine where it is installed. `beside`: packages that it does not
    ask for and does not work well without.
    """

    package: str
    path: str
    needs: bool = False
    beside: tuple[str, ...] = ()


PACKAGED: Mapping[str, Packaged] = {
    "promtool": Packaged("prometheus", "usr/bin/promtool"),
    "prometheus": Packaged("prometheus", "usr/bin/prometheus"),
    "alertmanager": Packaged("prometheus-alertmanager", "usr/bin/prometheus-alertmanager"),
    "postgres": Packaged("postgresql", "usr/lib/postgresql/*/bin/postgres", needs=True),
    "chromium": Packaged(
        "chromium-headless-shell",
        "usr/lib/chromium/chromium-headless-shell",
        needs=True,
        beside=("fonts-inter", "fonts-dejavu-core"),
    ),
}


@dataclass(frozen=True, slots=True)
class DebianPrograms:
    """Unpacks packages once and answers with the paths of their programs."""

    places: Places
    progress: Progress
    machine: Path = Path("/")

    def path(self, program: str) -> Path:
        """The program's binary, its package fetched now if it is not there.

        Raises KeyError for a program of no package here, StepFailed where apt failed.
        """
        packaged = PACKAGED[program]
        installed = list(self.machine.glob(packaged.path)) if packaged.needs else []
        if installed:
            return max(installed)
        folder = self.places.cache / "debian" / packaged.package
        if not folder.exists():
            self._unpack(packaged, folder)
        return max(folder.glob(packaged.path), default=folder / packaged.path)

    def _unpack(self, packaged: Packaged, folder: Path) -> None:
        package = packaged.package
        with only_one(self.places.cache / "locks" / f"debian-{package}", self.progress):
            if folder.exists():
                return
            partial = folder.with_name(f"{package}.partial")
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir(parents=True)
            with self.progress.step(f"fetching the package {package}"):
                ask_apt(self.progress, ("apt-get", "update", "-q"), self._log)
                fetch = _with_needs(partial) if packaged.needs else ("apt-get", "download", "-q")
                command = ("env", "-C", str(partial), *fetch, package, *packaged.beside)
                ask_apt(self.progress, command, self._log)
                for archive in partial.glob("*.deb"):
                    unpack = ("dpkg-deb", "-x", str(archive), str(partial))
                    self.progress.run(f"unpacking {archive.name}", unpack, self._log, os.environ)
                    archive.unlink()
            partial.rename(folder)

    @property
    def _log(self) -> Path:
        return self.places.cache / "logs" / "debian-programs.log"


def _with_needs(folder: Path) -> tuple[str, ...]:
    """Fetches packages and all that they need and the machine lacks, and installs nothing."""
    (folder / "partial").mkdir()
    only_fetch = ("apt-get", "install", "-y", "-q", "--download-only", "--no-install-recommends")
    return (*only_fetch, "-o", f"Dir::Cache::archives={folder}")
