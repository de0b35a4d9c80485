from pathlib import Path

import pytest

from devcluster.network import Addresses
from devcluster.places import Places
from devcluster.programs import Programs
from devcluster.progress import Progress
from devcluster.refusal import Refusal
from devcluster.s3 import S3Server, server_command


def test_keys_are_not_on_the_command_line() -> None:
    """Any user of the machine can read command lines."""
    words = server_command("/c/versitygw", "10.89.0.1:7070", Path("/s/s3"))
    assert words[:3] == ("/c/versitygw", "--port", "10.89.0.1:7070")
    assert not {"--access", "--secret"} & set(words)


def test_without_the_node_there_is_no_server(
    places: Places, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address belongs to the cluster's bridge."""
    monkeypatch.setattr("devcluster.s3.NODE_BRIDGE", "no-such-bridge")
    server = S3Server(places, Addresses(), programs, Progress(quiet=True))
    with pytest.raises(Refusal, match="cluster is down"):
        server.start()


def test_a_server_that_does_not_run_has_no_access(places: Places, programs: Programs) -> None:
    """Keys of a server that ended are not handed out."""
    server = S3Server(places, Addresses(), programs, Progress(quiet=True))
    places.state.mkdir()
    (places.state / "s3.json").write_text("{}")
    assert server.access() is None
    server.stop()
    assert not (places.state / "s3.json").exists()
