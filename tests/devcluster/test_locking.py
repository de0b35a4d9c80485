import threading
from pathlib import Path

import pytest

from devcluster.locking import only_one
from devcluster.progress import Progress


def test_the_second_run_waits_for_the_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two runs never overlap, and the one that waits says for what."""
    lock = tmp_path / "locks" / "lock"
    order = []

    def second() -> None:
        with only_one(lock, Progress()):
            order.append("second")

    with only_one(lock, Progress()):
        waiting = threading.Thread(target=second)
        waiting.start()
        waiting.join(timeout=0.2)
        order.append("first")
    waiting.join(timeout=60)
    assert order == ["first", "second"]
    assert f"waiting for another run that holds {lock}" in capsys.readouterr().err
