import pytest

from devcluster.preconditions import (
    refuse_taken_ports,
    refuse_unless_debian,
    refuse_unless_go,
    refuse_unless_root,
    taken_ports,
)
from devcluster.refusal import Refusal


def test_an_ordinary_user_is_refused() -> None:
    """The refusal names the uid and both ways out."""
    with pytest.raises(Refusal, match=r"needs root \(this is uid 1000\).*sudo.*TRAINYARD_KUBECONF"):
        refuse_unless_root(1000)
    refuse_unless_root(0)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('ID=debian\nPRETTY_NAME="Debian GNU/Linux 12"\n', id="Debian"),
        pytest.param("ID=ubuntu\nID_LIKE=debian\n", id="Ubuntu"),
        pytest.param('ID=linuxmint\nID_LIKE="ubuntu debian"\n', id="a child of Ubuntu"),
    ],
)
def test_debian_and_its_children_pass(text: str) -> None:
    """Whatever has apt and Debian's packages is welcome."""
    refuse_unless_debian(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param('ID=fedora\nPRETTY_NAME="Fedora 43"\n', "Fedora 43", id="Fedora"),
        pytest.param("", "an unknown system", id="no os-release"),
    ],
)
def test_other_systems_are_refused_by_name(text: str, found: str) -> None:
    """The refusal names the system that was found, and kind as the way out."""
    with pytest.raises(Refusal, match=f"found {found}.*kind"):
        refuse_unless_debian(text)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        pytest.param(None, "found no `go` on PATH", id="no Go"),
        pytest.param("go version go1.19.8 linux/amd64", "go1.19.8", id="an old Go"),
        pytest.param("gibberish", "gibberish", id="something that is not Go"),
    ],
)
def test_missing_or_old_go_is_refused(line: str | None, message: str) -> None:
    """The refusal says what was found and what to install."""
    with pytest.raises(Refusal, match=f"{message}.*install"):
        refuse_unless_go(line)


@pytest.mark.parametrize("line", ["go version go1.26.8 linux/amd64", "go version go2.0 x"])
def test_a_new_go_passes(line: str) -> None:
    """Newer releases and major versions pass."""
    refuse_unless_go(line)


def test_taken_ports_are_refused() -> None:
    """A port that somebody else holds is named."""
    with pytest.raises(Refusal, match=r"Port 2379, 10250 of 127.0.0.1 is taken"):
        refuse_taken_ports("127.0.0.1", (2379, 10250))
    refuse_taken_ports("127.0.0.1", ())


def test_ports_of_an_address_that_is_not_ours_are_free() -> None:
    """Nobody answers on an address of the documentation's loopback range."""
    assert taken_ports("127.255.255.254") == ()
