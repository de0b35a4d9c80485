import pytest

from devcluster.bringup import Bringup
from devcluster.network import Addresses
from devcluster.places import Places
from devcluster.programs import Programs
from devcluster.progress import Progress
from devcluster.refusal import Refusal


def test_an_ordinary_user_is_refused_before_anything_is_touched(
    places: Places, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without root nothing is built, written or started."""
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(Refusal, match="needs root"):
        Bringup(places, Addresses(), programs, Progress(quiet=True)).up()
    assert not places.state.exists()
