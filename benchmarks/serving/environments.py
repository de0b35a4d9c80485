"""Where do peers live? Each in an environment of its own, below the user's cache folder."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

MODEL_LIBRARIES = ("scikit-learn==1.9.1", "numpy==2.4.6", "joblib==1.6.0")


@dataclass(frozen=True, slots=True)
class Requirements:
    """What a peer needs; `alone` is installed without what it asks for.

    `libraries`: those of the models, the same for all peers that can.
    """

    name: str
    packages: tuple[str, ...]
    alone: tuple[str, ...] = ()
    libraries: tuple[str, ...] = MODEL_LIBRARIES

    @property
    def wanted(self) -> tuple[str, ...]:
        """With the libraries of the models."""
        return (*self.packages, *self.libraries)

    @property
    def stamp(self) -> str:
        """Says whether an environment holds exactly this."""
        return hashlib.sha256("\n".join((*self.wanted, *self.alone)).encode()).hexdigest()


def cache_folder() -> Path:
    """The folder of environments, which outlives runs."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "trainyard" / "serving-peers"


def python_of(requirements: Requirements) -> Path:
    """The interpreter of an environment with exactly these requirements, made on first use.

    Raises CalledProcessError when they cannot be installed.
    """
    folder = cache_folder() / requirements.name
    python = folder / "bin" / "python"
    done = folder / ".installed"
    if done.is_file() and done.read_text() == requirements.stamp:
        return python
    print(f"installing {requirements.name}: {', '.join(requirements.wanted)}", flush=True)
    venv.create(folder, with_pip=True, clear=True)
    install = _installer(python)
    subprocess.run([*install, "--quiet", *requirements.wanted], check=True)
    if requirements.alone:
        subprocess.run([*install, "--quiet", "--no-deps", *requirements.alone], check=True)
    # No server's first start is measured while it compiles what it imports.
    subprocess.run([str(python), "-m", "compileall", "-q", str(folder / "lib")], check=False)
    done.write_text(requirements.stamp)
    return python


def _installer(python: Path) -> list[str]:
    """Uv where there is one, on the path or beside this interpreter."""
    beside = Path(sys.executable).with_name("uv")
    uv = str(beside) if beside.is_file() else shutil.which("uv")
    return [uv, "pip", "install", "--python", str(python)] if uv else [*_pip(python)]


def _pip(python: Path) -> list[str]:
    return [str(python), "-m", "pip", "install", "--disable-pip-version-check"]
