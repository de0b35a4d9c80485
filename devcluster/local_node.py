"""The local cluster as one thing that can be brought up, used and taken down."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from devcluster.bringup import Bringup
from devcluster.build_inputs import Recipe
from devcluster.components import component_names
from devcluster.image_builds import ImageBuilds
from devcluster.kubectl import Kubectl
from devcluster.network import Addresses
from devcluster.node_images import NodeImages, full_name
from devcluster.places import Places
from devcluster.processes import Processes
from devcluster.programs import Programs
from devcluster.progress import Progress
from devcluster.refusal import Refusal
from devcluster.s3 import S3Server
from devcluster.teardown import Teardown
from devcluster.volumes import Claim, provide


@dataclass(frozen=True, slots=True)
class LocalNode:
    """The node that this package builds and runs itself."""

    places: Places
    programs: Programs
    progress: Progress
    addresses: Addresses = Addresses()  # noqa: RUF009 - frozen, so it may be shared

    @property
    def name(self) -> str:
        """How the cluster is called in messages."""
        return "devcluster"

    def up(self) -> None:
        """The cluster runs and answers."""
        Bringup(self.places, self.addresses, self.programs, self.progress).up()

    def down(self, purge: bool = False) -> None:
        """Nothing of the cluster runs; with `purge` its data is gone too."""
        Teardown(self.places, self.programs, self.progress).down(purge)

    def kubeconfig(self) -> Path:
        """The users' kubeconfig; raises Refusal while there is none."""
        if not self.places.kubeconfig.exists():
            raise Refusal("The local cluster was never up: run `python3 -m devcluster up` first.")
        return self.places.kubeconfig

    def kubectl(self) -> Kubectl:
        """The kubectl for this cluster."""
        return Kubectl(self.programs.path("kubectl"), self.kubeconfig())

    def build_and_load(self, recipe: Recipe) -> None:
        """The node has the image as its Dockerfile and files say now."""
        ImageBuilds(self.places, self.progress).build_and_load(recipe)

    def load(self, image: str, archives: tuple[Path, ...]) -> None:
        """The node has `image`; raises Refusal when none of the archives held it."""
        node = NodeImages(self.places, self.progress)
        for archive in archives:
            if not archive.is_file():
                raise Refusal(f"There is no image archive at {archive}.")
            node.load(archive)
        if full_name(image) not in node.names():
            listed = ", ".join(map(str, archives))
            raise Refusal(f"None of {listed} holds an image named {full_name(image)}.")

    def storage(self, claim: Claim) -> None:
        """The claim is bound to a folder of this machine."""
        provide(claim, self.places.volumes, self.kubectl())

    def s3(self) -> S3Server:
        """The S3 server beside the cluster."""
        return S3Server(self.places, self.addresses, self.programs, self.progress)

    def status(self) -> tuple[str, ...]:
        """One line per component: its name, whether and as which process it runs, and its log."""
        processes = Processes(self.places)
        lines = []
        for component in component_names():
            record = processes.running(component)
            state = f"running as {record.pid}" if record else "not running"
            lines.append(f"{component:<24} {state:<20} {processes.log(component)}")
        return tuple(lines)

    def is_up(self) -> bool:
        """Every component runs."""
        processes = Processes(self.places)
        return all(processes.running(component) for component in component_names())
