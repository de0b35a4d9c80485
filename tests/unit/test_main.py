"""What the process says before it works."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        pytest.param(
            {"TRAINYARD_WORKERS": "many"}, "trainyard: TRAINYARD_WORKERS: ", id="a wrong setting"
        ),
        pytest.param({}, "trainyard: cannot log in with the pod's service account", id="no login"),
        pytest.param(
            {"TRAINYARD_KUBECONFIG": "/nowhere"},
            "trainyard: cannot log in with /nowhere",
            id="no file",
        ),
    ],
)
def test_a_configuration_that_cannot_be_used_ends_with_two_and_a_sentence(
    environment: dict[str, str], sentence: str
) -> None:
    """No traceback: the user can mend it."""
    kept = {k: v for k, v in os.environ.items() if "KUBE" not in k and "TRAINYARD" not in k}
    done = subprocess.run(
        [sys.executable, "-m", "trainyard"],
        env=kept | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    assert 2 == done.returncode
    assert done.stderr.startswith(sentence)
    assert 1 == len(done.stderr.splitlines())
