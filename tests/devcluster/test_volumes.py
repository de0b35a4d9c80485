from pathlib import Path

from devcluster.cluster_basics import STORAGE_CLASS
from devcluster.volumes import Claim, claim_manifest, namespace_manifest, volume_manifest

CLAIM = Claim("team", "store", "2Gi")


def test_the_volume_waits_for_its_claim(tmp_path: Path) -> None:
    """No other claim can take it, and its files outlive the claim."""
    spec = volume_manifest(CLAIM, tmp_path)["spec"]
    reference = (spec["claimRef"]["namespace"], spec["claimRef"]["name"])
    assert reference == ("team", "store")
    assert spec["persistentVolumeReclaimPolicy"] == "Retain"
    assert spec["hostPath"]["path"] == str(tmp_path)


def test_claim_and_volume_fit(tmp_path: Path) -> None:
    """Same class, same size, an access mode that the volume has: otherwise they never bind."""
    volume = volume_manifest(CLAIM, tmp_path)["spec"]
    claim = claim_manifest(CLAIM, STORAGE_CLASS)["spec"]
    assert claim["storageClassName"] == volume["storageClassName"]
    assert claim["resources"]["requests"]["storage"] == volume["capacity"]["storage"]
    assert set(claim["accessModes"]) <= set(volume["accessModes"])


def test_other_clusters_provision_by_their_default_class() -> None:
    """Without a class the claim asks for what every provisioner has."""
    spec = claim_manifest(CLAIM, None)["spec"]
    assert "storageClassName" not in spec
    assert spec["accessModes"] == ["ReadWriteOnce"]


def test_the_namespace_is_made_with_the_claim() -> None:
    """A claim in a namespace that does not exist would be an error."""
    assert namespace_manifest("team")["metadata"]["name"] == "team"
