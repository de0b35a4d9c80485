"""What `RUN pip install` in a build needs of this machine: its certificates and pip's settings.

Mounted while the build runs and never part of an image.
"""

from __future__ import annotations

import configparser
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

CERTIFICATES = Path("/etc/ssl/certs")
PIP_FILES = ("/etc/xdg/pip/pip.conf", "/etc/pip.conf", "~/.pip/pip.conf", "~/.config/pip/pip.conf")


@dataclass(frozen=True, slots=True)
class PipSettings:
    """The text of a pip.conf for the build, and the files and folders that it points to."""

    text: str
    paths: tuple[Path, ...]


def pip_settings(files: tuple[str, ...], environment: Mapping[str, str]) -> PipSettings:
    """One pip.conf that says what the machine's files (later ones win) and PIP_* variables say."""
    merged = configparser.RawConfigParser()
    merged.optionxform = str  # type: ignore[assignment,method-assign]
    for text in files:
        merged.read_string(text)
    if not merged.has_section("global"):
        merged.add_section("global")
    if "SSL_CERT_FILE" in environment and not merged.has_option("global", "cert"):
        merged.set("global", "cert", environment["SSL_CERT_FILE"])
    for name, value in sorted(environment.items()):
        if name.startswith("PIP_") and name != "PIP_CONFIG_FILE" and value:
            merged.set("global", name.removeprefix("PIP_").lower().replace("_", "-"), value)
    written = io.StringIO()
    merged.write(written)
    words = {
        word
        for section in merged.sections()
        for _, value in merged.items(section)
        for word in value.split()
    }
    return PipSettings(
        written.getvalue(), tuple(Path(word) for word in sorted(words) if _is_path(word))
    )


def _is_path(word: str) -> bool:
    return word.startswith("/") and not Path(word).is_relative_to(CERTIFICATES)


def read_pip_files(environment: Mapping[str, str], home: Path) -> tuple[str, ...]:
    """The texts of those pip.conf files of the machine that exist, weakest first."""
    named = [path.replace("~", str(home), 1) for path in PIP_FILES]
    named.append(environment.get("PIP_CONFIG_FILE", ""))
    return tuple(Path(path).read_text() for path in named if path and Path(path).is_file())


def mount_options(settings: PipSettings, pip_conf: Path) -> tuple[str, ...]:
    """The `--volume` options of buildah; `pip_conf` holds the settings' text."""
    mounts = {pip_conf: Path("/etc/pip.conf")}
    mounts.update({path: path for path in (CERTIFICATES, *settings.paths) if path.exists()})
    return tuple(f"--volume={source}:{target}:ro" for source, target in mounts.items())
