from devcluster.places import Places
from devcluster.reboot import forget_former_boot, stale_paths


def test_a_first_use_and_a_second_of_the_same_boot_keep_everything(places: Places) -> None:
    """Nothing is removed while the machine just runs on."""
    places.records.mkdir(parents=True)
    assert not forget_former_boot(places, "one")
    assert not forget_former_boot(places, "one")
    assert places.records.exists()


def test_after_a_reboot_only_what_a_reboot_empties_is_gone(places: Places) -> None:
    """Records and run state go; the cluster's data, images and volumes stay."""
    kept = (places.state / "etcd", places.state / "containerd", places.volumes, places.pki)
    stale = [path for path in stale_paths(places) if path.name != "changed-forwarding"]
    for path in (*kept, *stale):
        path.mkdir(parents=True)
    (places.state / "changed-forwarding").touch()
    forget_former_boot(places, "one")
    assert forget_former_boot(places, "two")
    assert all(path.exists() for path in kept)
    assert not any(path.exists() for path in stale_paths(places))
    assert not forget_former_boot(places, "two")
