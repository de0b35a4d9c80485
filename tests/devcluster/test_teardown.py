from pathlib import Path

import pytest

from devcluster.places import Places
from devcluster.programs import Programs
from devcluster.progress import Progress
from devcluster.teardown import Teardown, is_shim_of, mounts_below

STATE = Path("/s/trainyard")
MOUNTINFO = "\n".join(
    f"{number} 1 0:1 / {point} rw - tmpfs tmpfs rw"
    for number, point in enumerate(
        ("/", "/s/trainyard/a", "/s/trainyard/a/b", "/s/trainyard-other/x", "/s/trainyard/c\\040d")
    )
)


def test_mounts_are_undone_in_the_opposite_order() -> None:
    """A mount inside another goes first; folders that only begin alike are not ours."""
    expected = ("/s/trainyard/c d", "/s/trainyard/a/b", "/s/trainyard/a")
    assert mounts_below(STATE, MOUNTINFO) == expected


@pytest.mark.parametrize(
    ("command_line", "expected"),
    [
        pytest.param(
            b"/usr/bin/containerd-shim-runc-v2\0-address\0/s/trainyard/containerd.sock\0",
            True,
            id="ours",
        ),
        pytest.param(
            b"/usr/bin/containerd-shim-runc-v2\0-address\0/run/containerd/containerd.sock\0",
            False,
            id="of the machine's own containerd",
        ),
        pytest.param(b"vi\0/s/trainyard/containerd.sock\0", False, id="not a shim"),
        pytest.param(b"", False, id="a kernel thread"),
    ],
)
def test_only_our_own_shims_are_ended(command_line: bytes, expected: bool) -> None:
    """A shim is ours when it reports to our socket."""
    assert is_shim_of(command_line, STATE / "containerd.sock") is expected


def test_nothing_to_take_down_is_said(
    places: Places,
    programs: Programs,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`down` on a machine without a cluster does nothing and says so."""
    monkeypatch.setattr("os.geteuid", lambda: 0)
    Teardown(places, programs, Progress()).down(purge=True)
    assert "nothing to take down" in capsys.readouterr().err
