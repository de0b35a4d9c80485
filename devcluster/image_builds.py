"""Builds images with buildah, where no container engine and no registry is."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from devcluster.base_image import BASE_IMAGE, base_steps
from devcluster.build_inputs import Recipe, input_key
from devcluster.health import listens
from devcluster.host_trust import mount_options, pip_settings, read_pip_files
from devcluster.image_archive import write_archive
from devcluster.locking import only_one
from devcluster.node_images import NodeImages, full_name
from devcluster.node_settings import snapshotter_for
from devcluster.packages import IMAGE_NEEDS, install
from devcluster.places import Places
from devcluster.preconditions import check_machine
from devcluster.progress import Progress
from devcluster.refusal import Refusal, StepFailed


def build_command(recipe: Recipe, base: str, mounts: tuple[str, ...]) -> tuple[str, ...]:
    """Buildah's arguments after its name and storage options."""
    arguments = {"BASE_IMAGE": base, **recipe.arguments}
    return (
        *("build", "--layers", "--isolation=chroot", "--network=host", "--format=docker"),
        *mounts,
        *(f"--build-arg={name}={value}" for name, value in sorted(arguments.items())),
        *((f"--target={recipe.target}",) if recipe.target else ()),
        *("--file", str(recipe.file), "--tag", full_name(recipe.tag), str(recipe.context)),
    )


def file_name(tag: str) -> str:
    """A tag as the name of a file."""
    return tag.replace("/", "-").replace(":", "-")


@dataclass(frozen=True, slots=True)
class ImageBuilds:
    """Builds what changed and loads it onto the node."""

    places: Places
    progress: Progress

    def build_and_load(self, recipe: Recipe) -> None:
        """The node has the image as the Dockerfile and the files it copies say now.

        Raises Refusal where a file is missing or the cluster is down, StepFailed where the build
        failed.
        """
        check_machine()
        if not recipe.file.is_file():
            raise Refusal(f"There is no Dockerfile at {recipe.file}.")
        if not listens(self.places.containerd_socket):
            raise Refusal("The local cluster is down: run `python3 -m devcluster up` first.")
        install(IMAGE_NEEDS, self.places, self.progress)
        with only_one(self.places.cache / "locks" / "images", self.progress):
            base = self._ensure_base()
            key = input_key(recipe, base)
            self._build(recipe, key)
            self._load(recipe.tag, key)

    def _ensure_base(self) -> str:
        found = self._image_id(BASE_IMAGE)
        if found:
            return found
        with self.progress.step("making the base image (Debian with Python)"):
            log = self.places.cache / "logs" / "base-image.log"
            for what, command in base_steps(self.places.cache / "base", self._buildah()):
                self.progress.run(what, command, log, os.environ)
        return self._image_id(BASE_IMAGE)

    def _build(self, recipe: Recipe, key: str) -> None:
        record = self.places.cache / "images" / f"{file_name(recipe.tag)}.key"
        if _text(record) == key and self._image_id(full_name(recipe.tag)):
            return
        log = self.places.cache / "logs" / f"image-{file_name(recipe.tag)}.log"
        log.unlink(missing_ok=True)
        command = build_command(recipe, BASE_IMAGE, self._mounts())
        with self.progress.step(f"building {recipe.tag}"):
            self.progress.run(
                f"building {recipe.tag}", (*self._buildah(), *command), log, os.environ
            )
        _write(record, key)

    def _load(self, tag: str, key: str) -> None:
        record = self.places.state / "images" / f"{file_name(tag)}.key"
        node = NodeImages(self.places, self.progress)
        if _text(record) == key and full_name(tag) in node.names():
            self.progress.say(f"{tag} is current")
            return
        with self.progress.step(f"loading {tag}"):
            self._transfer(full_name(tag), node)
        _write(record, key)

    def _transfer(self, image: str, node: NodeImages) -> None:
        folder = self.places.cache / "export"
        archive = folder / f"{file_name(image)}.tar"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        log = self.places.cache / "logs" / "image-push.log"
        push = ("push", "--format=oci", "--disable-compression", image, f"dir:{folder / 'image'}")
        self.progress.run(f"exporting {image}", (*self._buildah(), *push), log, os.environ)
        try:
            write_archive(folder / "image", image, node.blobs(), archive)
            node.load(archive)
        except StepFailed:
            # A blob was collected between the question and the loading: send everything.
            write_archive(folder / "image", image, frozenset(), archive)
            node.load(archive)
        shutil.rmtree(folder)

    def _mounts(self) -> tuple[str, ...]:
        settings = pip_settings(read_pip_files(os.environ, Path.home()), os.environ)
        pip_conf = self.places.cache / "pip.conf"
        pip_conf.touch(mode=0o600)
        pip_conf.write_text(settings.text)
        return mount_options(settings, pip_conf)

    def _buildah(self) -> tuple[str, ...]:
        mountinfo = Path("/proc/self/mountinfo").read_text()
        overlay = snapshotter_for(self.places.cache, mountinfo) == "overlayfs"
        return (
            "buildah",
            f"--root={self.places.cache / 'buildah'}",
            f"--runroot={self.places.state / 'buildah-run'}",
            f"--storage-driver={'overlay' if overlay else 'vfs'}",
        )

    def _image_id(self, image: str) -> str:
        """The image's identity in buildah's storage, empty where it is not there."""
        answer = subprocess.run(
            (*self._buildah(), "images", "--quiet", "--no-trunc", image),
            check=False,
            capture_output=True,
            text=True,
        )
        return answer.stdout.strip()


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
