from pathlib import Path

import pytest

from devcluster.places import Places, places_from
from devcluster.refusal import Refusal

SOURCE = Path("/repository/devcluster")


@pytest.mark.parametrize(
    ("environment", "cache", "state"),
    [
        pytest.param(
            {}, "/people/x/.cache/trainyard", "/people/x/.local/state/trainyard", id="below home"
        ),
        pytest.param(
            {"XDG_CACHE_HOME": "/c", "XDG_STATE_HOME": "/s"},
            "/c/trainyard",
            "/s/trainyard",
            id="where XDG says",
        ),
        pytest.param(
            {"XDG_CACHE_HOME": "c", "XDG_STATE_HOME": ""},
            "/people/x/.cache/trainyard",
            "/people/x/.local/state/trainyard",
            id="relative and empty XDG values are ignored",
        ),
    ],
)
def test_folders(environment: dict[str, str], cache: str, state: str) -> None:
    """Cache and state follow the XDG rules."""
    places = places_from(environment, Path("/people/x"), SOURCE)
    assert (cache, state) == (str(places.cache), str(places.state))


def test_a_socket_path_that_is_too_long_is_refused() -> None:
    """A state folder in which no Unix socket can live is refused, and the message names it."""
    deep = "/" + "x" * 100
    with pytest.raises(Refusal, match=f"{deep}/trainyard/containerd.sock"):
        places_from({"XDG_STATE_HOME": deep}, Path("/root"), SOURCE)


def test_everything_alive_is_below_the_state_folder(places: Places) -> None:
    """`down --purge` removes the state folder, so nothing alive may lie elsewhere."""
    alive = (places.kubeconfig, places.pki, places.records, places.runc, places.volumes)
    assert all(path.is_relative_to(places.state) for path in alive)
    assert places.source.parent == places.repository
