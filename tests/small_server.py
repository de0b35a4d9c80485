"""The Python packages of the small server image, and nothing else: an environment for tests."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
REQUIREMENTS = REPOSITORY / "requirements" / "serving.txt"
TRIM = REPOSITORY / "serving-image" / "trim.sh"


def small_server_python() -> str:
    """Return the interpreter of the environment, made as the Dockerfile makes the image's.

    It is kept in the user's cache under the digest of what it is made of.
    """
    key = hashlib.sha256(REQUIREMENTS.read_bytes() + TRIM.read_bytes() + sys.version.encode())
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "trainyard" / "small-server" / key.hexdigest()[:16]
    python, complete = folder / "bin" / "python", folder / "complete"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not complete.exists():
            shutil.rmtree(folder, ignore_errors=True)
            _make(folder, python)
            complete.touch()
    return str(python)


def _make(folder: Path, python: Path) -> None:
    uv = str(Path(sys.executable).with_name("uv"))
    environ = os.environ | {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}"}
    install = ("pip", "install", "--quiet", "--python", str(python), "--no-deps")
    for command in (
        (sys.executable, "-m", "venv", "--without-pip", str(folder)),
        (uv, *install, "--require-hashes", "-r", str(REQUIREMENTS)),
        ("sh", str(TRIM), str(folder)),
    ):
        subprocess.run(command, env=environ, check=True, timeout=240)
