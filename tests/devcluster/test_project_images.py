import pytest

from devcluster.places import Places
from devcluster.project_images import DOCKERFILES, TARGETS, recipes
from devcluster.refusal import Refusal


def test_all_images_by_default(places: Places) -> None:
    """Each is built from the repository's root under its own tag."""
    found = recipes(places.repository, ())
    assert [recipe.tag for recipe in found] == [f"trainyard/{name}:dev" for name in DOCKERFILES]
    assert {recipe.context for recipe in found} == {places.repository}


def test_named_images_in_the_order_asked_for(places: Places) -> None:
    """Only what is named is built."""
    tags = [recipe.tag for recipe in recipes(places.repository, ("serving", "operator"))]
    assert tags == ["trainyard/serving:dev", "trainyard/operator:dev"]


@pytest.mark.parametrize("name", TARGETS)
def test_every_target_is_a_stage_of_its_dockerfile(places: Places, name: str) -> None:
    """The names are those of the Dockerfile."""
    (recipe,) = recipes(places.repository, (name,))
    assert TARGETS[name] == recipe.target
    assert f" AS {recipe.target}\n" in recipe.file.read_text()


def test_an_unknown_name_is_refused(places: Places) -> None:
    """The refusal lists what there is."""
    with pytest.raises(Refusal, match="no image named serve; there are operator, training"):
        recipes(places.repository, ("serve",))


@pytest.mark.parametrize("name", ["envoy", "prometheus"])
def test_every_dockerfile_takes_the_base_as_an_argument(places: Places, name: str) -> None:
    """Without a registry the local base stands in."""
    text = (places.repository / DOCKERFILES[name]).read_text()
    assert "ARG BASE_IMAGE=docker.io/library/python:3.13-slim\n" in text
    assert "FROM ${BASE_IMAGE}" in text
