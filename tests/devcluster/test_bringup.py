from pathlib import Path

import pytest

from devcluster.bringup import Bringup, start_kubelet
from devcluster.network import Addresses
from devcluster.places import Places
from devcluster.processes import Component, Processes
from devcluster.programs import Programs
from devcluster.progress import Progress
from devcluster.refusal import Refusal, StepFailed


def test_an_ordinary_user_is_refused_before_anything_is_touched(
    places: Places, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without root nothing is built, written or started."""
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(Refusal, match="needs root"):
        Bringup(places, Addresses(), programs, Progress(quiet=True)).up()
    assert not places.state.exists()


_EAGER = """
count=$(cat {file} 2>/dev/null || echo 0); echo $((count + 1)) > {file}
[ "$count" -ge {refusals} ] && touch {file}.up && exec sleep 60
echo '{says}'; exit 1
"""


def _eager(file: Path, refusals: int, says: str) -> Component:
    """Ends at once so many times, saying why; then it runs."""
    script = _EAGER.format(file=file, refusals=refusals, says=says)
    return Component("kubelet", ("sh", "-c", script), Path(f"{file}.up").exists)


def test_a_kubelet_that_comes_before_containerd_is_ready_comes_again(
    places: Places, tmp_path: Path
) -> None:
    """Until it stays."""
    processes = Processes(places)
    start_kubelet(_eager(tmp_path / "count", 2, "server is not initialized yet"), processes)
    assert "3\n" == (tmp_path / "count").read_text()
    assert processes.running("kubelet") is not None
    processes.stop("kubelet")


@pytest.mark.parametrize(
    ("says", "patience"), [("swap is on", 30.0), ("server is not initialized yet", 0.0)]
)
def test_a_kubelet_that_cannot_run_is_told(
    places: Places, tmp_path: Path, says: str, patience: float
) -> None:
    """Another fault at once, this one when patience is over; with the log."""
    component = _eager(tmp_path / "count", 99, says)
    with pytest.raises(StepFailed, match=says):
        start_kubelet(component, Processes(places), patience)
    assert "1\n" == (tmp_path / "count").read_text()
