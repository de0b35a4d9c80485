from pathlib import Path

import pytest

from devcluster.pod_weight import SHARES, WEIGHT, weigh_pods


@pytest.mark.parametrize(
    ("controller", "file", "amount"),
    [
        pytest.param("cpu", "cpu/k8s.io/cpu.shares", SHARES, id="version 1"),
        pytest.param("cgroup.controllers", "k8s.io/cpu.weight", WEIGHT, id="version 2"),
    ],
)
def test_the_group_of_all_pods_is_made_heavier(
    tmp_path: Path, controller: str, file: str, amount: int
) -> None:
    """Before the first pod, and again when it is there."""
    (tmp_path / controller).mkdir()
    for _ in range(2):
        weigh_pods(tmp_path)
        assert str(amount) == (tmp_path / file).read_text()


def test_where_cgroups_are_not_ours_nothing_happens(tmp_path: Path) -> None:
    """The cluster works without."""
    weigh_pods(tmp_path / "absent")
    assert not (tmp_path / "absent").exists()
