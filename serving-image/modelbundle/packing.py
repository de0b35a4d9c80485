"""How does a directory become a bundle, and is what lies there still the bundle of this digest?"""

from __future__ import annotations

from pathlib import Path

from modelbundle.canonical import digest_of, file_sha256
from modelbundle.faults import BundleCorrupt, BundleNotFound, BundleUnreadable
from modelbundle.manifest import (
    ABOUT_FOLDER,
    CODE_FOLDER,
    EXAMPLE_NAME,
    MANIFEST_NAME,
    PROFILE_NAME,
    TRUST_PICKLE,
    BundleFile,
    Manifest,
    Origin,
)
from modelbundle.manifest_reading import parse_manifest
from modelbundle.packed_code import why_no_text
from modelbundle.signature import Signature


def pack(directory: Path, signature: Signature, origin: Origin) -> str:
    """`directory` is a bundle: `manifest.json` lists every other file in it; returns the digest.

    Everything below `about/` stays outside the digest. The directory must hold `profile.json`,
    `example.json` and at least one of `model.onnx`, `model.skops`, `model.joblib`; beside the last
    it may hold `code/` (see `packed_code`). Raises BundleUnreadable naming what is missing.
    """
    manifest = Manifest(signature, origin, _files_in(directory))
    present = {file.path for file in manifest.files}
    for name in (PROFILE_NAME, EXAMPLE_NAME):
        if name not in present:
            raise BundleUnreadable(f"{directory} has no {name}; write it before packing")
    if not manifest.formats:
        raise BundleUnreadable(f"{directory} has no model.onnx, model.skops or model.joblib")
    if "joblib" in manifest.formats and origin.trust != TRUST_PICKLE:
        raise BundleUnreadable("model.joblib is served only where the recipe says trust: Pickle")
    content = manifest.content()
    parse_manifest(content)
    for path in manifest.code:
        unreadable = why_no_text(path, (directory / CODE_FOLDER / path).read_bytes())
        if unreadable:
            raise BundleUnreadable(unreadable)
    (directory / MANIFEST_NAME).write_bytes(content)
    return digest_of(content)


def _files_in(directory: Path) -> tuple[BundleFile, ...]:
    files = []
    for path in directory.rglob("*"):
        relative = path.relative_to(directory)
        if path.is_symlink():
            raise BundleUnreadable(f"{relative} is a link; a bundle holds plain files only")
        if path.is_dir() or relative.parts[0] in (ABOUT_FOLDER, MANIFEST_NAME):
            continue
        size, sha256 = file_sha256(path)
        files.append(BundleFile(relative.as_posix(), size, sha256))
    return tuple(sorted(files, key=lambda file: file.path))


def verify(directory: Path, digest: str) -> Manifest:
    """Every byte in `directory` is what `digest` says; returns the manifest.

    Raises BundleCorrupt naming the file, BundleNotFound without a manifest, BundleUnreadable for
    a manifest this version cannot read.
    """
    try:
        content = (directory / MANIFEST_NAME).read_bytes()
    except FileNotFoundError:
        raise BundleNotFound(f"{directory} holds no {MANIFEST_NAME}") from None
    manifest = checked_manifest(content, digest)
    for file in manifest.files:
        path = directory / file.path
        if not path.is_file() or path.is_symlink():
            raise BundleCorrupt(file.path, f"{file.size} bytes", "no such file")
        check_file(file, *file_sha256(path))
    return manifest


def checked_manifest(content: bytes, digest: str) -> Manifest:
    """The manifest that these bytes spell, if they are the bytes named by `digest`.

    Raises BundleCorrupt when they are not: before anything in them is looked at.
    """
    found = digest_of(content)
    if found != digest:
        raise BundleCorrupt(MANIFEST_NAME, digest, found)
    return parse_manifest(content)


def check_file(file: BundleFile, size: int, sha256: str) -> None:
    """Returns when size and content are as listed; raises BundleCorrupt naming the file."""
    if size != file.size:
        raise BundleCorrupt(file.path, f"{file.size} bytes", f"{size} bytes")
    if sha256 != file.sha256:
        raise BundleCorrupt(file.path, f"sha256 {file.sha256}", f"sha256 {sha256}")
