import json
import tomllib
from pathlib import Path

import pytest

from devcluster.network import Addresses
from devcluster.node_settings import (
    PAUSE_IMAGE,
    containerd_settings,
    kubeadm_settings,
    kubelet_settings,
    pod_network_settings,
    snapshotter_for,
    write_settings,
)
from devcluster.places import Places


def test_kubeadm_knows_addresses_and_versions(places: Places) -> None:
    """Both documents carry what the certificates must be valid for."""
    text = kubeadm_settings(places, Addresses(node="10.1.2.3"), "v1.35.4", "v1.14.7")
    init, cluster = (json.loads(document) for document in text.split("\n---\n"))
    assert init["localAPIEndpoint"]["advertiseAddress"] == "10.1.2.3"
    assert "10.1.2.3" in cluster["apiServer"]["certSANs"]
    assert (cluster["kubernetesVersion"], cluster["dns"]["imageTag"]) == ("v1.35.4", "v1.14.7")
    assert cluster["clusterName"] == "trainyard-dev"


def test_the_kubelet_asks_who_is_calling(places: Places) -> None:
    """Nobody without a certificate or token can run commands on the node."""
    settings = json.loads(kubelet_settings(places, Addresses()))
    assert not settings["authentication"]["anonymous"]["enabled"]
    assert settings["authorization"]["mode"] == "Webhook"
    assert settings["address"] == Addresses().node


def test_the_kubelet_never_collects_images(places: Places) -> None:
    """An image that came from no registry could not be pulled again."""
    assert json.loads(kubelet_settings(places, Addresses()))["imageGCHighThresholdPercent"] == 100


def test_containerd_lives_in_folders_of_its_own(places: Places) -> None:
    """Another containerd of the machine is not disturbed."""
    settings = tomllib.loads(containerd_settings(places, "native"))
    cri = settings["plugins"]["io.containerd.grpc.v1.cri"]
    folders = [settings["root"], settings["state"], settings["grpc"]["address"]]
    folders.append(cri["containerd"]["runtimes"]["runc"]["options"]["Root"])
    folders.append(cri["cni"]["conf_dir"])
    assert all(Path(folder).is_relative_to(places.state) for folder in folders)
    assert (cri["sandbox_image"], cri["containerd"]["snapshotter"]) == (PAUSE_IMAGE, "native")


def test_pods_get_addresses_of_the_pod_range(places: Places) -> None:
    """Leases lie in the state folder, so that a purge frees them."""
    network = json.loads(pod_network_settings(places, Addresses(pods="10.9.0.0/16")))
    addresses = network["plugins"][0]["ipam"]
    assert addresses["ranges"] == [[{"subnet": "10.9.0.0/16"}]]
    assert Path(addresses["dataDir"]).is_relative_to(places.state)


ROOT = "1 0 254:0 / / rw - {} /dev/vda rw\n"
STATE = "2 1 254:1 / /state/.local rw shared:1 - ext4 /dev/vdb rw\n"


@pytest.mark.parametrize(
    ("mountinfo", "snapshotter"),
    [
        pytest.param(ROOT.format("ext4"), "overlayfs", id="a plain disk"),
        pytest.param(ROOT.format("overlay"), "native", id="inside a container"),
        pytest.param(ROOT.format("overlay") + STATE, "overlayfs", id="a volume in a container"),
        pytest.param(
            ROOT.format("ext4") + "3 1 0:1 / /state/.loc rw - overlay o rw\n",
            "overlayfs",
            id="an overlay on a folder whose name begins alike",
        ),
    ],
)
def test_an_overlay_cannot_carry_another(mountinfo: str, snapshotter: str) -> None:
    """The file system below the state folder decides, not the root's."""
    assert snapshotter_for(Path("/state/.local/state"), mountinfo) == snapshotter


def test_unchanged_settings_are_not_written_again(places: Places) -> None:
    """A second `up` touches nothing, so nothing is started again."""
    write_settings(places, Addresses(), "v1.35.4", "v1.14.7")
    files = sorted(path for path in places.settings.rglob("*") if path.is_file())
    before = [path.stat().st_mtime_ns for path in files]
    write_settings(places, Addresses(), "v1.35.4", "v1.14.7")
    assert before == [path.stat().st_mtime_ns for path in files]
    assert len(files) == 5
