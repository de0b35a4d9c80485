import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from devcluster.command_line import main, parser


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A user whose cluster was never up.

    Not pytest's folder: under the workers of xdist its name is longer than a socket's may be.
    """
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setenv("XDG_STATE_HOME", f"{folder}/s")
        monkeypatch.setenv("XDG_CACHE_HOME", f"{folder}/c")
        monkeypatch.setenv("HOME", folder)
        monkeypatch.delenv("TRAINYARD_KUBECONFIG", raising=False)
        yield Path(folder)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        pytest.param(["kubeconfig"], "was never up", id="no kubeconfig yet"),
        pytest.param(["tool", "helm5"], "No program named helm5", id="an unknown program"),
        pytest.param(
            ["target", "images", "oprator"],
            "There is no image named oprator; there are operator,",
            id="an unknown image",
        ),
    ],
)
def test_a_refusal_is_one_sentence_and_exit_code_2(
    home: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    """No traceback, and the reason on standard error."""
    assert main(words) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert "Traceback" not in captured.err
    assert captured.out == ""


@pytest.mark.usefixtures("home")
def test_an_ordinary_user_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`up` without root: exit code 2 and the way out."""
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert main(["up"]) == 2
    assert "needs root" in capsys.readouterr().err


@pytest.mark.usefixtures("home")
def test_status_of_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1 says that the cluster is not up; each component is listed."""
    assert main(["status"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 7
    assert all("not running" in line for line in lines)


def test_a_named_kubeconfig_that_is_missing_is_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The variable and the file are named."""
    monkeypatch.setenv("TRAINYARD_KUBECONFIG", str(home / "none"))
    assert main(["target", "kubeconfig"]) == 2
    assert f"TRAINYARD_KUBECONFIG names {home / 'none'}" in capsys.readouterr().err


def test_build_arguments_may_hold_equal_signs() -> None:
    """Only the first one separates name and value."""
    words = ["build-image", "--file", "F", "--tag", "t", "--build-arg", "FLAGS=-X a=b"]
    from devcluster.command_line import _recipe

    assert _recipe(parser().parse_args(words)).arguments == {"FLAGS": "-X a=b"}


def test_a_target_may_be_named() -> None:
    """Without one the last stage of the Dockerfile is built."""
    from devcluster.command_line import _recipe

    words = ["build-image", "--file", "F", "--tag", "t"]
    assert _recipe(parser().parse_args(words)).target == ""
    assert _recipe(parser().parse_args([*words, "--target", "small"])).target == "small"
