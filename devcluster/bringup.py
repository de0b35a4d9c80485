"""`up`: from a bare machine to a node on which pods run, each step only where it is needed."""

from __future__ import annotations

import time
from dataclasses import dataclass

from devcluster import network
from devcluster.certificates import Certificates
from devcluster.cluster_basics import Basics
from devcluster.components import Components
from devcluster.locking import only_one
from devcluster.network import Addresses
from devcluster.node_images import NodeImages
from devcluster.node_settings import write_settings
from devcluster.packages import NODE_NEEDS, install
from devcluster.places import Places
from devcluster.pod_weight import weigh_pods
from devcluster.preconditions import check_machine, refuse_taken_ports, taken_ports
from devcluster.processes import Component, Processes
from devcluster.programs import KUBERNETES_PROGRAMS, Programs, modules
from devcluster.progress import Progress, elapsed
from devcluster.reboot import forget_former_boot
from devcluster.refusal import StepFailed

_TOO_EARLY = "server is not initialized yet"


@dataclass(frozen=True, slots=True)
class Bringup:
    """Everything `up` works with."""

    places: Places
    addresses: Addresses
    programs: Programs
    progress: Progress

    def up(self) -> None:
        """The cluster runs and answers; a second call while it runs changes nothing."""
        check_machine()
        began = time.monotonic()
        with only_one(self.places.state / "lock", self.progress):
            self.places.state.chmod(0o711)
            if forget_former_boot(self.places):
                self.progress.say("the machine was restarted since; the cluster goes on")
            install(NODE_NEEDS, self.places, self.progress)
            self._build()
            kubernetes = self.programs.version(modules()["kubernetes"])
            coredns = self.programs.version(modules()["coredns"])
            write_settings(self.places, self.addresses, kubernetes, coredns)
            if not self._any_running():
                refuse_taken_ports("127.0.0.1", taken_ports("127.0.0.1"))
            network.bring_up(self.addresses, self.places.state / "changed-forwarding")
            self._certificates().ensure()
            for component in self._components().all():
                self._ensure(component)
            weigh_pods()
            self._basics().ensure()
        self.progress.say(
            f"up after {elapsed(time.monotonic() - began)}: Kubernetes {kubernetes}, "
            f"kubeconfig {self.places.kubeconfig} (context {self.addresses.context})"
        )

    def _build(self) -> None:
        for program in (*KUBERNETES_PROGRAMS, "etcd", "coredns", "pause"):
            self.programs.path(program)

    def _any_running(self) -> bool:
        processes = Processes(self.places)
        return any(processes.running(component.name) for component in self._components().all())

    def _ensure(self, component: Component) -> None:
        processes = Processes(self.places)
        if not processes.is_current(component):
            with self.progress.step(f"starting {component.name}"):
                self._start(component, processes)
        if component.name == "containerd":
            NodeImages(self.places, self.progress).load_own(self.programs)

    def _start(self, component: Component, processes: Processes) -> None:
        if component.name == "kubelet":
            start_kubelet(component, processes)
            return
        data = self.places.state / "etcd"
        if component.name != "etcd" or not data.exists():
            processes.start(component)
            return
        try:
            processes.start(component)
        except StepFailed as failure:
            if "address already in use" in str(failure):
                raise
            # Without fsync a power cut can leave files that etcd cannot read.
            processes.stop(component.name)
            aside = data.with_name(f"etcd-unreadable-{int(time.time())}")
            data.rename(aside)
            self.progress.say(
                f"etcd did not start with what it had stored; the cluster begins empty and the old "
                f"files are in {aside}. {failure}"
            )
            processes.start(component)

    def _components(self) -> Components:
        return Components(self.places, self.addresses, self.programs)

    def _certificates(self) -> Certificates:
        return Certificates(self.places, self.programs, self.addresses, self.progress)

    def _basics(self) -> Basics:
        return Basics(self.places, self.programs, self.addresses, self.progress)


def start_kubelet(
    component: Component, processes: Processes, patience_seconds: float = 120
) -> None:
    """The kubelet runs. Raises StepFailed with its log.

    containerd listens before it is ready for kubelets; one that comes then ends at once.
    """
    deadline = time.monotonic() + patience_seconds
    while True:
        try:
            processes.start(component)
        except StepFailed as failure:
            if _TOO_EARLY not in str(failure) or time.monotonic() > deadline:
                raise
        else:
            return
        time.sleep(0.2)
