import json
from pathlib import Path

import pytest

from devcluster.kubectl import Kubectl
from devcluster.refusal import StepFailed


@pytest.fixture
def kubectl(tmp_path: Path) -> Kubectl:
    """A program that says what it was asked, and fails when asked to."""
    program = tmp_path / "kubectl"
    program.write_text(
        '#!/bin/sh\n[ "$3" = fail ] && { echo refused >&2; exit 1; }\necho "$@"\ncat\n'
    )
    program.chmod(0o755)
    return Kubectl(program, tmp_path / "kubeconfig")


def test_the_kubeconfig_is_always_named(kubectl: Kubectl) -> None:
    """Whatever context the user's kubectl points to is never used."""
    answer = kubectl.run("get", "nodes", stdin="")
    assert answer == f"--kubeconfig {kubectl.kubeconfig} get nodes\n"


def test_an_error_carries_the_words_of_kubectl(kubectl: Kubectl) -> None:
    """The failure names the command and the reason."""
    with pytest.raises(StepFailed, match="kubectl fail now: refused"):
        kubectl.run("fail", "now")


def test_objects_are_applied_as_one_list(kubectl: Kubectl, tmp_path: Path) -> None:
    """One call, on the server's side, however many objects."""
    program = tmp_path / "kubectl"
    program.write_text(f"#!/bin/sh\ncat > {tmp_path}/received\n")
    kubectl.apply([{"kind": "A"}, {"kind": "B"}])
    received = json.loads((tmp_path / "received").read_text())
    assert received["items"] == [{"kind": "A"}, {"kind": "B"}]
