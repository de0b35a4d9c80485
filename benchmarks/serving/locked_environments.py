"""Where does a peer live whose packages are pinned with hashes? In a folder named by the pins."""

from __future__ import annotations

import fcntl
import hashlib
import subprocess
import sys
import time
import venv
from pathlib import Path

from benchmarks.serving.environments import cache_folder

ROOT = Path(__file__).parents[2]


def locked(name: str) -> Path:
    """The requirements, with hashes, of a peer."""
    return ROOT / "requirements" / f"peers-{name}.txt"


def python_of_locked(requirements: Path) -> Path:
    """The interpreter of an environment with exactly these packages, made on first use.

    Several processes may ask at once. Raises CalledProcessError when they cannot be installed.
    """
    stamp = hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]
    folder = cache_folder() / f"{requirements.stem}-{stamp}"
    python, done = folder / "bin" / "python", folder / ".installed"
    if done.is_file():
        return python
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.is_file():
            venv.create(folder, with_pip=False, clear=True)
            uv = Path(sys.executable).with_name("uv")
            install = [str(uv), "pip", "install", "--quiet", "--python", str(python)]
            subprocess.run([*install, "--require-hashes", "-r", str(requirements)], check=True)
            subprocess.run([python, "-m", "compileall", "-q", folder / "lib"], check=False)
            done.touch()
    return python


def main() -> None:
    """The environments of the peers named on the command line are there."""
    for name in sys.argv[1:]:
        started = time.monotonic()
        python = python_of_locked(locked(name))
        print(f"{name}: {python.parent.parent.name}, {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
