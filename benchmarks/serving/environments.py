"""Where do peers live? Each in an environment of its own, below the user's cache folder."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import venv
from pathlib import Path

SCIKIT_LEARN = ("scikit-learn==1.9.1", "numpy==2.4.6", "joblib==1.6.0")


def cache_folder() -> Path:
    """The folder of environments, which outlives runs."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "trainyard" / "serving-peers"


def python_of(name: str, requirements: tuple[str, ...]) -> Path:
    """The interpreter of an environment with exactly these requirements, made on first use.

    Raises CalledProcessError when they cannot be installed.
    """
    wanted = (*requirements, *SCIKIT_LEARN)
    stamp = hashlib.sha256("\n".join(wanted).encode()).hexdigest()
    folder = cache_folder() / name
    python = folder / "bin" / "python"
    done = folder / ".installed"
    if done.is_file() and done.read_text() == stamp:
        return python
    print(f"installing {name}: {', '.join(requirements)}", flush=True)
    venv.create(folder, with_pip=True, clear=True)
    uv = shutil.which("uv")
    install = [uv, "pip", "install", "--python"] if uv else []
    command = [*install, str(python)] if install else [str(python), "-m", "pip", "install"]
    subprocess.run([*command, "--quiet", *wanted], check=True)
    done.write_text(stamp)
    return python
