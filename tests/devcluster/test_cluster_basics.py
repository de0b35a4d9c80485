from devcluster.cluster_basics import STORAGE_CLASS, administrators, storage_class


def test_claims_without_a_class_get_ours() -> None:
    """A claim that works on other clusters works here, with nothing added."""
    manifest = storage_class()
    annotations = manifest["metadata"]["annotations"]
    assert manifest["metadata"]["name"] == STORAGE_CLASS
    assert annotations["storageclass.kubernetes.io/is-default-class"] == "true"


def test_released_volumes_keep_their_files() -> None:
    """Deleting a claim never deletes files of this machine."""
    assert storage_class()["reclaimPolicy"] == "Retain"


def test_only_the_group_of_the_kubeconfig_is_administrator() -> None:
    """One group, the one that kubeadm writes into admin.conf."""
    (subject,) = administrators()["subjects"]
    assert (subject["kind"], subject["name"]) == ("Group", "kubeadm:cluster-admins")
