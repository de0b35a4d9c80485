"""The base image that stands in for python:slim where no registry is: Debian with Python."""

from __future__ import annotations

from pathlib import Path

BASE_IMAGE = "localhost/trainyard-base:bookworm"
SUITE = "bookworm"
PACKAGES = ("python3", "python3-venv", "ca-certificates")
LEFT_OUT = (
    "./var/cache/apt/archives",
    "./var/lib/apt/lists",
    "./usr/share/doc",
    "./usr/share/man",
    "./usr/share/locale",
    "./dev",
)


def base_steps(folder: Path, buildah: tuple[str, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What each step does, and its command; after the last one, buildah has the base image."""
    root, tar = folder / "root", folder / "root.tar"
    return (
        ("preparing", ("rm", "-rf", str(folder))),
        ("preparing", ("mkdir", "-p", str(folder))),
        (
            "debootstrap",
            (
                *("debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}"),
                "--keyring=/usr/share/keyrings/debian-archive-keyring.gpg",
                *(SUITE, str(root)),
            ),
        ),
        (
            "packing the base",
            (
                *("tar", "--numeric-owner", "--directory", str(root)),
                *(f"--exclude={path}/*" for path in LEFT_OUT),
                *("--create", "--file", str(tar), "."),
            ),
        ),
        (
            "writing the base's Dockerfile",
            ("sh", "-c", f"printf 'FROM scratch\\nADD root.tar /\\n' > '{folder}/Dockerfile'"),
        ),
        ("building the base", (*buildah, "build", "--tag", BASE_IMAGE, str(folder))),
        ("clearing", ("rm", "-rf", "--one-file-system", str(folder))),
    )
