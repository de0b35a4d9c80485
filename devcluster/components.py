"""The command line of every component, in the order in which they start."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from devcluster.health import answers_ok, listens
from devcluster.network import Addresses
from devcluster.places import Places
from devcluster.processes import Component
from devcluster.programs import Programs

ETCD_URL = "https://127.0.0.1:2379"
ETCD_HEALTH = "http://127.0.0.1:2381"


@dataclass(frozen=True, slots=True)
class Components:
    """Renders the components from places, addresses and binaries."""

    places: Places
    addresses: Addresses
    programs: Programs

    def all(self) -> tuple[Component, ...]:
        """Every component, in starting order; `down` goes the other way."""
        return (
            self.etcd(),
            self.apiserver(),
            self.controller_manager(),
            self.scheduler(),
            self.containerd(),
            self.kubelet(),
            self.kube_proxy(),
        )

    def etcd(self) -> Component:
        """The store; without fsync, since nothing here must outlive a power cut."""
        etcd_pki = self.places.pki / "etcd"
        peer = "https://127.0.0.1:2380"
        return Component(
            "etcd",
            (
                self._program("etcd"),
                "--name=trainyard",
                f"--data-dir={self.places.state / 'etcd'}",
                "--unsafe-no-fsync",
                f"--listen-client-urls={ETCD_URL}",
                f"--advertise-client-urls={ETCD_URL}",
                f"--listen-peer-urls={peer}",
                f"--initial-advertise-peer-urls={peer}",
                f"--initial-cluster=trainyard={peer}",
                f"--listen-metrics-urls={ETCD_HEALTH}",
                "--client-cert-auth=true",
                f"--trusted-ca-file={etcd_pki / 'ca.crt'}",
                f"--cert-file={etcd_pki / 'server.crt'}",
                f"--key-file={etcd_pki / 'server.key'}",
                "--peer-client-cert-auth=true",
                f"--peer-trusted-ca-file={etcd_pki / 'ca.crt'}",
                f"--peer-cert-file={etcd_pki / 'peer.crt'}",
                f"--peer-key-file={etcd_pki / 'peer.key'}",
                "--auto-compaction-retention=1",
                "--quota-backend-bytes=4294967296",
                "--log-level=warn",
            ),
            partial(answers_ok, f"{ETCD_HEALTH}/health"),
            settings=(etcd_pki / "server.crt",),
        )

    def apiserver(self) -> Component:
        """The API server, on the node's bridge address only."""
        pki = self.places.pki
        return Component(
            "kube-apiserver",
            (
                self._program("kube-apiserver"),
                f"--bind-address={self.addresses.node}",
                f"--advertise-address={self.addresses.node}",
                f"--secure-port={self.addresses.api_port}",
                f"--service-cluster-ip-range={self.addresses.services}",
                f"--etcd-servers={ETCD_URL}",
                f"--etcd-cafile={pki / 'etcd/ca.crt'}",
                f"--etcd-certfile={pki / 'apiserver-etcd-client.crt'}",
                f"--etcd-keyfile={pki / 'apiserver-etcd-client.key'}",
                f"--tls-cert-file={pki / 'apiserver.crt'}",
                f"--tls-private-key-file={pki / 'apiserver.key'}",
                f"--client-ca-file={pki / 'ca.crt'}",
                f"--kubelet-client-certificate={pki / 'apiserver-kubelet-client.crt'}",
                f"--kubelet-client-key={pki / 'apiserver-kubelet-client.key'}",
                "--kubelet-preferred-address-types=InternalIP",
                "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
                f"--service-account-key-file={pki / 'sa.pub'}",
                f"--service-account-signing-key-file={pki / 'sa.key'}",
                *self._aggregation(),
                "--authorization-mode=Node,RBAC",
                "--enable-admission-plugins=NodeRestriction",
                "--allow-privileged=true",
                "--profiling=false",
            ),
            partial(answers_ok, f"{self.addresses.api}/readyz", pki / "ca.crt"),
            settings=(pki / "apiserver.crt",),
        )

    def _aggregation(self) -> tuple[str, ...]:
        pki = self.places.pki
        return (
            f"--requestheader-client-ca-file={pki / 'front-proxy-ca.crt'}",
            "--requestheader-allowed-names=front-proxy-client",
            "--requestheader-extra-headers-prefix=X-Remote-Extra-",
            "--requestheader-group-headers=X-Remote-Group",
            "--requestheader-username-headers=X-Remote-User",
            f"--proxy-client-cert-file={pki / 'front-proxy-client.crt'}",
            f"--proxy-client-key-file={pki / 'front-proxy-client.key'}",
        )

    def controller_manager(self) -> Component:
        """The controllers; leader election is pointless for one process."""
        pki = self.places.pki
        conf = self.places.kubeconfigs / "controller-manager.conf"
        return Component(
            "kube-controller-manager",
            (
                self._program("kube-controller-manager"),
                "--bind-address=127.0.0.1",
                f"--kubeconfig={conf}",
                f"--authentication-kubeconfig={conf}",
                f"--authorization-kubeconfig={conf}",
                "--leader-elect=false",
                "--controllers=*,bootstrapsigner,tokencleaner",
                "--use-service-account-credentials=true",
                f"--service-account-private-key-file={pki / 'sa.key'}",
                f"--root-ca-file={pki / 'ca.crt'}",
                f"--cluster-signing-cert-file={pki / 'ca.crt'}",
                f"--cluster-signing-key-file={pki / 'ca.key'}",
                f"--tls-cert-file={pki / 'apiserver.crt'}",
                f"--tls-private-key-file={pki / 'apiserver.key'}",
                "--profiling=false",
            ),
            partial(answers_ok, "https://127.0.0.1:10257/healthz", pki / "ca.crt"),
            settings=(conf,),
        )

    def scheduler(self) -> Component:
        """The scheduler."""
        pki = self.places.pki
        conf = self.places.kubeconfigs / "scheduler.conf"
        return Component(
            "kube-scheduler",
            (
                self._program("kube-scheduler"),
                "--bind-address=127.0.0.1",
                f"--kubeconfig={conf}",
                f"--authentication-kubeconfig={conf}",
                f"--authorization-kubeconfig={conf}",
                "--leader-elect=false",
                f"--tls-cert-file={pki / 'apiserver.crt'}",
                f"--tls-private-key-file={pki / 'apiserver.key'}",
                "--profiling=false",
            ),
            partial(answers_ok, "https://127.0.0.1:10259/healthz", pki / "ca.crt"),
            settings=(conf,),
        )

    def containerd(self) -> Component:
        """A containerd of our own beside any other on the machine."""
        settings = self.places.settings / "containerd.toml"
        return Component(
            "containerd",
            ("containerd", "--config", str(settings), "--log-level", "warn"),
            partial(listens, self.places.containerd_socket),
            settings=(settings, self.places.settings / "cni/10-trainyard.conflist"),
        )

    def kubelet(self) -> Component:
        """The kubelet, with its files below the state folder."""
        settings = self.places.settings / "kubelet.yaml"
        conf = self.places.kubeconfigs / "kubelet.conf"
        return Component(
            "kubelet",
            (
                self._program("kubelet"),
                f"--config={settings}",
                f"--kubeconfig={conf}",
                f"--root-dir={self.places.state / 'kubelet'}",
                f"--cert-dir={self.places.state / 'kubelet-certificates'}",
                f"--hostname-override={self.addresses.node_name}",
                f"--node-ip={self.addresses.node}",
            ),
            partial(answers_ok, "http://127.0.0.1:10248/healthz"),
            settings=(settings, conf),
        )

    def kube_proxy(self) -> Component:
        """Service addresses by iptables; node ports on the bridge address only."""
        conf = self.places.kubeconfigs / "kube-proxy.conf"
        return Component(
            "kube-proxy",
            (
                self._program("kube-proxy"),
                f"--kubeconfig={conf}",
                f"--hostname-override={self.addresses.node_name}",
                f"--cluster-cidr={self.addresses.pods}",
                f"--nodeport-addresses={self.addresses.node}/32",
                "--proxy-mode=iptables",
                # These sysctls are not always ours to write; zero leaves them alone.
                "--conntrack-max-per-core=0",
                "--conntrack-tcp-timeout-established=0",
                "--conntrack-tcp-timeout-close-wait=0",
                "--healthz-bind-address=127.0.0.1:10256",
                "--metrics-bind-address=127.0.0.1:10249",
            ),
            partial(answers_ok, "http://127.0.0.1:10256/livez"),
            settings=(conf,),
        )

    def _program(self, name: str) -> str:
        return str(self.programs.path(name))


def component_names() -> tuple[str, ...]:
    """The names in starting order, known without any binary."""
    return (
        "etcd",
        "kube-apiserver",
        "kube-controller-manager",
        "kube-scheduler",
        "containerd",
        "kubelet",
        "kube-proxy",
    )
