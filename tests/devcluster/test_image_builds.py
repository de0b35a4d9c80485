from dataclasses import replace
from pathlib import Path

import pytest

from devcluster.build_inputs import Recipe
from devcluster.image_builds import ImageBuilds, build_command, file_name
from devcluster.places import Places
from devcluster.progress import Progress
from devcluster.refusal import Refusal


def test_build_command() -> None:
    """The base is given as an argument, layers are cached, the tag is the one pods ask for."""
    recipe = Recipe(Path("/r/Dockerfile"), Path("/r"), "trainyard/x:dev", {"A": "1"})
    command = build_command(recipe, "localhost/base:1", ("--volume=/c:/c:ro",))
    assert command[:2] == ("build", "--layers")
    assert "--build-arg=A=1" in command
    assert "--build-arg=BASE_IMAGE=localhost/base:1" in command
    assert command[-5:] == (
        "--file",
        "/r/Dockerfile",
        "--tag",
        "docker.io/trainyard/x:dev",
        "/r",
    )


def test_a_target_is_named_where_there_is_one() -> None:
    """Without one the Dockerfile's last stage is the image."""
    recipe = Recipe(Path("/r/Dockerfile"), Path("/r"), "x", {})
    named = replace(recipe, target="small")
    assert "--target=small" in build_command(named, "localhost/base:1", ())
    assert not [word for word in build_command(recipe, "b", ()) if word.startswith("--target")]


def test_a_declared_base_wins() -> None:
    """Who names a base gets it."""
    recipe = Recipe(Path("/r/Dockerfile"), Path("/r"), "x", {"BASE_IMAGE": "mine"})
    assert "--build-arg=BASE_IMAGE=mine" in build_command(recipe, "localhost/base:1", ())


def test_file_name() -> None:
    """A tag as a file name has no separators."""
    assert file_name("trainyard/serving:dev") == "trainyard-serving-dev"


@pytest.mark.parametrize(
    ("file", "message"),
    [
        pytest.param("none", "There is no Dockerfile at", id="no Dockerfile"),
        pytest.param("Dockerfile", "The local cluster is down", id="no cluster"),
    ],
)
def test_refusals(
    places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, message: str
) -> None:
    """What is missing is said before anything is built."""
    monkeypatch.setattr("os.geteuid", lambda: 0)
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    recipe = Recipe(tmp_path / file, tmp_path, "x:dev", {})
    with pytest.raises(Refusal, match=message):
        ImageBuilds(places, Progress(quiet=True)).build_and_load(recipe)
