from pathlib import Path

import pytest

from devcluster.build_inputs import Recipe
from devcluster.kind_cluster import KindCommands, answering_engine, runs_well

OWN = Path("/s/kind-kubeconfig")


@pytest.mark.parametrize(
    ("there", "engine"),
    [
        pytest.param({"kind", "docker", "podman"}, "docker", id="docker first"),
        pytest.param({"kind", "podman"}, "podman", id="podman alone"),
        pytest.param({"docker"}, None, id="an engine without kind"),
        pytest.param({"kind"}, None, id="kind without an engine that answers"),
    ],
)
def test_engine(there: set[str], engine: str | None) -> None:
    """Both kind and an engine must answer: a client without a daemon is not enough."""
    assert answering_engine(lambda command: command[0] in there) == engine


def test_every_command_uses_our_own_kubeconfig() -> None:
    """The user's kubeconfig is neither read nor written."""
    commands = KindCommands("docker", OWN)
    for command in (commands.create(Path("k.yaml")), commands.export(), commands.delete()):
        assert command[command.index("--kubeconfig") + 1] == str(OWN)
        assert command[command.index("--name") + 1] == "trainyard"


def test_create() -> None:
    """The cluster is made from the repository's file."""
    command = KindCommands("docker", OWN).create(Path("/r/kind-config.yaml"))
    assert command[:3] == ("kind", "create", "cluster")
    assert command[command.index("--config") + 1] == "/r/kind-config.yaml"


def test_an_image_is_built_saved_and_loaded() -> None:
    """The engine builds, kind loads, under the name that pods ask for."""
    recipe = Recipe(Path("/r/Dockerfile"), Path("/r"), "trainyard/x:dev", {"A": "1"}, "small")
    build, save, load = KindCommands("podman", OWN).image(recipe, Path("/s/x.tar"))
    tag = "docker.io/trainyard/x:dev"
    assert build == (
        *("podman", "build", "--file", "/r/Dockerfile", "--tag", tag),
        *("--build-arg=A=1", "--target=small", "/r"),
    )
    assert save == ("podman", "save", "--output", "/s/x.tar", tag)
    assert load == ("kind", "load", "image-archive", "/s/x.tar", "--name", "trainyard")


def test_kind_is_told_of_podman() -> None:
    """Docker is what kind takes by itself."""
    assert KindCommands("docker", OWN).environment() == {}
    assert KindCommands("podman", OWN).environment() == {"KIND_EXPERIMENTAL_PROVIDER": "podman"}


def test_runs_well() -> None:
    """Missing and failing commands are both no."""
    assert runs_well(("true",))
    assert not runs_well(("false",))
    assert not runs_well(("no-such-command",))


def test_the_configuration_is_one_node() -> None:
    """The file that `create` names is there."""
    text = (Path(__file__).parents[2] / "kind-config.yaml").read_text()
    assert "kind: Cluster" in text
