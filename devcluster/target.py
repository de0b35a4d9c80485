"""Which cluster do tests and demo use? Never the one that kubectl happens to point to."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Protocol

from devcluster.build_inputs import Recipe
from devcluster.kind_cluster import KindCluster, answering_engine, runs_well
from devcluster.kubectl import Kubectl
from devcluster.local_node import LocalNode
from devcluster.programs import Programs
from devcluster.progress import Progress
from devcluster.refusal import Refusal
from devcluster.volumes import Claim, claim_manifest, namespace_manifest

VARIABLE = "TRAINYARD_KUBECONFIG"


class Target(Protocol):
    """A cluster that tests and demo can use."""

    @property
    def name(self) -> str:
        """How the cluster is called in messages."""

    def up(self) -> None:
        """The cluster answers."""

    def down(self) -> None:
        """What `up` started is gone."""

    def kubeconfig(self) -> Path:
        """The kubeconfig to use."""

    def kubectl(self) -> Kubectl:
        """The kubectl for this cluster."""

    def build_and_load(self, recipe: Recipe) -> None:
        """Pods can run the image."""

    def storage(self, claim: Claim) -> None:
        """Pods can mount the claim."""


class Kind(Enum):
    """The three answers."""

    NAMED = "the cluster that TRAINYARD_KUBECONFIG names"
    KIND = "kind"
    LOCAL = "the local cluster of this project"


@dataclass(frozen=True, slots=True)
class Machine:
    """What decides: the named kubeconfig, the two that we write ourselves, and kind's engine."""

    named: Path | None
    local_kubeconfig: Path
    kind_kubeconfig: Path
    engine: str | None


def choose(machine: Machine) -> Kind:
    """The named cluster, else kind where it and an engine answer, else our own.

    A name that is one of our own files means the cluster behind that file, so that exporting what
    `kubeconfig` printed changes nothing.
    """
    if machine.named == machine.local_kubeconfig:
        return Kind.LOCAL
    if machine.named == machine.kind_kubeconfig and machine.engine:
        return Kind.KIND
    if machine.named is not None:
        return Kind.NAMED
    return Kind.KIND if machine.engine else Kind.LOCAL


@dataclass(frozen=True, slots=True)
class NamedCluster:
    """A cluster of the user's; nothing is started, stopped or loaded there."""

    path: Path
    programs: Programs
    progress: Progress

    @property
    def name(self) -> str:
        """How the cluster is called in messages."""
        return f"the cluster of {self.path}"

    def up(self) -> None:
        """The cluster answers; raises StepFailed with kubectl's words otherwise."""
        self.kubectl().run("get", "--raw", "/readyz")

    def down(self) -> None:
        """Nothing: it is not ours to stop."""
        self.progress.say(f"{self.name} was not started here and is left alone")

    def kubeconfig(self) -> Path:
        """The named file; raises Refusal where it is missing."""
        if not self.path.is_file():
            raise Refusal(f"{VARIABLE} names {self.path}, which is not there.")
        return self.path

    def kubectl(self) -> Kubectl:
        """The kubectl for this cluster: the user's program, else one built here."""
        found = shutil.which("kubectl")
        program = Path(found) if found else self.programs.path("kubectl")
        return Kubectl(program, self.kubeconfig())

    def build_and_load(self, recipe: Recipe) -> None:
        """Nothing is loaded: the line says what the cluster must be able to pull."""
        self.progress.say(f"{self.name} must have {recipe.tag}, or be able to pull it")

    def storage(self, claim: Claim) -> None:
        """The claim is there, for the cluster's default storage class."""
        objects = [namespace_manifest(claim.namespace), claim_manifest(claim, None)]
        self.kubectl().apply(objects)


def target_of(local: LocalNode, environment: Mapping[str, str] = os.environ) -> Target:
    """The cluster that this machine and environment ask for."""
    declared = environment.get(VARIABLE)
    named = Path(declared).absolute() if declared else None
    engine = None if named == local.places.kubeconfig else answering_engine(runs_well)
    kind = KindCluster(local.places, local.programs, local.progress, engine or "")
    chosen = choose(Machine(named, local.places.kubeconfig, kind.kubeconfig(), engine))
    if chosen is Kind.NAMED and named is not None:
        return NamedCluster(named, local.programs, local.progress)
    return kind if chosen is Kind.KIND else local
