"""How the process ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelbundle.faults import (
    BundleCorrupt,
    BundleNotFound,
    BundleUnreadable,
    ModelNotTrusted,
    RuntimeMissing,
    StoreDenied,
    StoreMissing,
    StoreUnreachable,
)
from modelserver.exits import ExitCode, exit_code_of, last_words
from modelserver.settings import SettingsWrong


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        pytest.param(SettingsWrong("V", None, "x"), 10, id="settings"),
        pytest.param(BundleCorrupt("f", "a", "b"), 14, id="a digest that does not match"),
        pytest.param(BundleNotFound("none"), 14, id="no such bundle"),
        pytest.param(BundleUnreadable("odd"), 13, id="a bundle that cannot be served"),
        pytest.param(ModelNotTrusted("pickle"), 13, id="a model nobody trusts"),
        pytest.param(RuntimeMissing("no scikit-learn"), 16, id="an image without its runtime"),
        pytest.param(StoreDenied("no"), 15, id="credentials that are refused"),
        pytest.param(StoreMissing("none"), 15, id="a bucket that is not there"),
        pytest.param(StoreUnreachable("gone"), 20, id="a store that may come back"),
        pytest.param(RuntimeError("?"), 21, id="anything else"),
    ],
)
def test_codes_tell_whether_to_try_again(fault: Exception, expected: int) -> None:
    """10 to 19 stay as they are, 20 and above may pass."""
    assert expected == exit_code_of(fault)


def test_last_words_reach_the_pod_s_status(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Stderr has all of it, the termination message the first 1,024 bytes."""
    log = tmp_path / "termination-log"
    log.touch()
    last_words("x" * 2000, log)
    assert ("x" * 2000 + "\n", "x" * 1024) == (capsys.readouterr().err, log.read_text())


def test_outside_of_a_pod_there_is_only_stderr(tmp_path: Path) -> None:
    """No file is made where no kubelet reads one."""
    last_words("bye", tmp_path / "termination-log")
    assert not list(tmp_path.iterdir())


def test_done_is_zero() -> None:
    """The kubelet's idea of success."""
    assert 0 == ExitCode.DONE.value
