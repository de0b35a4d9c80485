"""The configuration files of the node: kubeadm, kubelet, containerd and the pod network.

Kubernetes reads JSON wherever it reads YAML, so nothing but the standard library is needed.
"""

from __future__ import annotations

import json
from pathlib import Path

from devcluster.network import NETWORK_NAME, Addresses
from devcluster.packages import CNI_FOLDER
from devcluster.places import Places

PAUSE_IMAGE = "localhost/trainyard-pause:1"
DNS_REPOSITORY = "localhost"


def kubeadm_settings(places: Places, addresses: Addresses, kubernetes: str, coredns: str) -> str:
    """The kubeadm configuration from which certificates, kubeconfigs and CoreDNS are made."""
    init = {
        "apiVersion": "kubeadm.k8s.io/v1beta4",
        "kind": "InitConfiguration",
        "localAPIEndpoint": {
            "advertiseAddress": addresses.node,
            "bindPort": addresses.api_port,
        },
        "nodeRegistration": {
            "name": addresses.node_name,
            "criSocket": f"unix://{places.containerd_socket}",
        },
    }
    cluster = {
        "apiVersion": "kubeadm.k8s.io/v1beta4",
        "kind": "ClusterConfiguration",
        "clusterName": addresses.context,
        "kubernetesVersion": kubernetes,
        "certificatesDir": str(places.pki),
        "networking": {
            "podSubnet": addresses.pods,
            "serviceSubnet": addresses.services,
            "dnsDomain": "cluster.local",
        },
        "apiServer": {"certSANs": ["127.0.0.1", "localhost", addresses.node]},
        "etcd": {"local": {"serverCertSANs": ["127.0.0.1"], "dataDir": str(places.state / "etcd")}},
        "dns": {"imageRepository": DNS_REPOSITORY, "imageTag": coredns},
        "imageRepository": DNS_REPOSITORY,
    }
    return f"{json.dumps(init, indent=1)}\n---\n{json.dumps(cluster, indent=1)}\n"


def kubelet_settings(places: Places, addresses: Addresses) -> str:
    """The kubelet's configuration, fit for a machine whose cgroups belong to somebody else."""
    settings = {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "address": addresses.node,
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": str(places.pki / "ca.crt")},
        },
        "authorization": {"mode": "Webhook"},
        # Containers like this machine's neither let us make cgroups per quality of service nor
        # always have cgroups of version 2.
        "cgroupDriver": "cgroupfs",
        "cgroupsPerQOS": False,
        "enforceNodeAllocatable": [],
        "failCgroupV1": False,
        "failSwapOn": False,
        "clusterDNS": [addresses.dns],
        "clusterDomain": "cluster.local",
        "resolvConf": str(places.settings / "resolv.conf"),
        "containerRuntimeEndpoint": f"unix://{places.containerd_socket}",
        "volumePluginDir": str(places.state / "volume-plugins"),
        "podLogsDir": str(places.state / "pod-logs"),
        "evictionHard": {
            "memory.available": "1%",
            "nodefs.available": "1%",
            "imagefs.available": "1%",
        },
        # Images come from no registry: one that is collected could not be pulled again.
        "imageGCHighThresholdPercent": 100,
        "maxPods": 250,
        "syncFrequency": "10s",
        "healthzBindAddress": "127.0.0.1",
    }
    return json.dumps(settings, indent=1) + "\n"


def containerd_settings(places: Places, snapshotter: str) -> str:
    """The configuration of containerd: everything of its own, runc, and our local pause image."""
    root, state = places.state / "containerd", places.state / "containerd-run"
    cri = 'plugins."io.containerd.grpc.v1.cri"'
    return f"""version = 2
root = "{root}"
state = "{state}"
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.tracing.processor.v1.otlp"]

[grpc]
  address = "{places.containerd_socket}"

[{cri}]
  sandbox_image = "{PAUSE_IMAGE}"
  # Without this runc cannot start a child where lowering an OOM score is forbidden.
  restrict_oom_score_adj = true
  # Network namespaces below our own folder, so that `down` finds them all.
  netns_mounts_under_state_dir = true

  [{cri}.cni]
    bin_dir = "{CNI_FOLDER}"
    conf_dir = "{places.settings / "cni"}"

  [{cri}.containerd]
    snapshotter = "{snapshotter}"
    default_runtime_name = "runc"

    [{cri}.containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"

      [{cri}.containerd.runtimes.runc.options]
        BinaryName = "runc"
        Root = "{places.runc}"
        SystemdCgroup = false
"""


def pod_network_settings(places: Places, addresses: Addresses) -> str:
    """The pod network: a routed pair of devices per pod.

    Routed, not bridged: a bridge lets answers between two pods pass by the node's address
    translation unless a kernel module (br_netfilter) is there, which is not ours to load.
    """
    plugins = [
        {
            "type": "ptp",
            "ipMasq": True,
            "ipam": {
                "type": "host-local",
                "dataDir": str(places.state / "pod-addresses"),
                "ranges": [[{"subnet": addresses.pods}]],
                "routes": [{"dst": "0.0.0.0/0"}],
            },
        },
        {"type": "portmap", "capabilities": {"portMappings": True}, "snat": True},
    ]
    network = {"cniVersion": "0.4.0", "name": NETWORK_NAME, "plugins": plugins}
    return json.dumps(network, indent=1) + "\n"


def snapshotter_for(state: Path, mountinfo: str) -> str:
    """`overlayfs`, or `native` where the state folder itself lies on an overlay.

    `mountinfo` is the text of /proc/self/mountinfo.
    """
    best, kind = "", ""
    for line in mountinfo.splitlines():
        before, _, after = line.partition(" - ")
        point = before.split()[4]
        inside = point == "/" or str(state) == point or str(state).startswith(point + "/")
        if inside and len(point) >= len(best):
            best, kind = point, after.split()[0]
    return "native" if kind == "overlay" else "overlayfs"


def write_settings(places: Places, addresses: Addresses, kubernetes: str, coredns: str) -> None:
    """Every configuration file of the node lies in the settings folder."""
    mountinfo = Path("/proc/self/mountinfo").read_text()
    snapshotter = snapshotter_for(places.state, mountinfo)
    files = {
        "kubeadm.yaml": kubeadm_settings(places, addresses, kubernetes, coredns),
        "kubelet.yaml": kubelet_settings(places, addresses),
        "containerd.toml": containerd_settings(places, snapshotter),
        "cni/10-trainyard.conflist": pod_network_settings(places, addresses),
        "resolv.conf": "",
    }
    for name, text in files.items():
        path = places.settings / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
