"""The cluster that kind makes, where kind and a container engine are there.

Everything here is a command line of kind or of the engine; the kubeconfig is a file of our own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from devcluster.build_inputs import Recipe
from devcluster.kubectl import Kubectl
from devcluster.node_images import full_name
from devcluster.places import Places
from devcluster.programs import Programs
from devcluster.progress import Progress
from devcluster.volumes import Claim, claim_manifest, namespace_manifest

CLUSTER = "trainyard"
ENGINES = ("docker", "podman")


def answering_engine(answers: Callable[[tuple[str, ...]], bool]) -> str | None:
    """The first container engine that answers, provided that kind does too; else None."""
    if not answers(("kind", "version")):
        return None
    return next((engine for engine in ENGINES if answers((engine, "info"))), None)


def runs_well(command: tuple[str, ...]) -> bool:
    """The command is there and ends with exit code 0."""
    if shutil.which(command[0]) is None:
        return False
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


@dataclass(frozen=True, slots=True)
class KindCommands:
    """The command lines."""

    engine: str
    kubeconfig: Path

    def create(self, config: Path) -> tuple[str, ...]:
        """Makes the cluster."""
        return (
            *("kind", "create", "cluster", "--name", CLUSTER, "--config", str(config)),
            *("--kubeconfig", str(self.kubeconfig), "--wait", "120s"),
        )

    def export(self) -> tuple[str, ...]:
        """Writes the kubeconfig of a cluster that is there."""
        own = ("--kubeconfig", str(self.kubeconfig))
        return ("kind", "export", "kubeconfig", "--name", CLUSTER, *own)

    def delete(self) -> tuple[str, ...]:
        """Removes the cluster."""
        own = ("--kubeconfig", str(self.kubeconfig))
        return ("kind", "delete", "cluster", "--name", CLUSTER, *own)

    def image(self, recipe: Recipe, archive: Path) -> tuple[tuple[str, ...], ...]:
        """Build, save and load an image; an archive works with every engine."""
        tag = full_name(recipe.tag)
        arguments = [f"--build-arg={name}={value}" for name, value in recipe.arguments.items()]
        arguments += [f"--target={recipe.target}"] if recipe.target else []
        return (
            (
                *(self.engine, "build", "--file", str(recipe.file), "--tag", tag),
                *arguments,
                str(recipe.context),
            ),
            (self.engine, "save", "--output", str(archive), tag),
            ("kind", "load", "image-archive", str(archive), "--name", CLUSTER),
        )

    def environment(self) -> dict[str, str]:
        """What kind must be told when the engine is not docker."""
        return {} if self.engine == "docker" else {"KIND_EXPERIMENTAL_PROVIDER": self.engine}


@dataclass(frozen=True, slots=True)
class KindCluster:
    """The kind cluster as a target of tests and demo."""

    places: Places
    programs: Programs
    progress: Progress
    engine: str

    @property
    def name(self) -> str:
        """How the cluster is called in messages."""
        return f"kind with {self.engine}"

    def up(self) -> None:
        """The cluster is there, and its kubeconfig in our own file."""
        self.places.state.mkdir(parents=True, exist_ok=True)
        clusters = subprocess.run(
            ("kind", "get", "clusters"),
            check=True,
            capture_output=True,
            text=True,
            env=self._environment(),
        )
        exists = CLUSTER in clusters.stdout.split()
        config = self.places.repository / "kind-config.yaml"
        command = self._commands().export() if exists else self._commands().create(config)
        self._run("asking kind for the cluster", command)

    def down(self) -> None:
        """The cluster is gone."""
        self._run("deleting the kind cluster", self._commands().delete())

    def kubeconfig(self) -> Path:
        """The kubeconfig that `up` wrote."""
        return self.places.state / "kind-kubeconfig"

    def kubectl(self) -> Kubectl:
        """The kubectl for this cluster: the user's program, else one built here."""
        found = shutil.which("kubectl")
        program = Path(found) if found else self.programs.path("kubectl")
        return Kubectl(program, self.kubeconfig())

    def build_and_load(self, recipe: Recipe) -> None:
        """Every node of the cluster has the image."""
        archive = self.places.state / "kind-image.tar"
        archive.unlink(missing_ok=True)
        for command in self._commands().image(recipe, archive):
            self._run(f"{recipe.tag}: {command[0]} {command[1]}", command)
        archive.unlink()

    def storage(self, claim: Claim) -> None:
        """The claim is there; kind's own provisioner binds it when a pod uses it."""
        objects = [namespace_manifest(claim.namespace), claim_manifest(claim, None)]
        self.kubectl().apply(objects)

    def _commands(self) -> KindCommands:
        return KindCommands(self.engine, self.kubeconfig())

    def _environment(self) -> dict[str, str]:
        return {**os.environ, **self._commands().environment()}

    def _run(self, what: str, command: tuple[str, ...]) -> None:
        self.progress.run(what, command, self.places.logs / "kind.log", self._environment())
