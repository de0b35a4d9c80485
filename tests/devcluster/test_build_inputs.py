from dataclasses import replace
from pathlib import Path

import pytest

from devcluster.build_inputs import Recipe, copied_sources, files_below, input_key


@pytest.mark.parametrize(
    ("line", "sources"),
    [
        pytest.param("COPY a.py b.py /opt/", ("a.py", "b.py"), id="two files"),
        pytest.param("copy --chown=1:1 src /opt/", ("src",), id="with an option"),
        pytest.param('ADD ["a b.py", "/opt/"]', ("a b.py",), id="as a list"),
        pytest.param("COPY a.py \\\n  b.py /opt/", ("a.py", "b.py"), id="over two lines"),
        pytest.param("COPY --from=built /x /x", (), id="from another stage"),
        pytest.param("COPY ${FOLDER} /opt/", (".",), id="by an argument: the whole context"),
        pytest.param("RUN echo COPY x y", (), id="not an instruction"),
    ],
)
def test_copied_sources(line: str, sources: tuple[str, ...]) -> None:
    """Only what a build copies from its context counts."""
    assert copied_sources(f"FROM scratch\n{line}\n") == sources


@pytest.fixture
def recipe(tmp_path: Path) -> Recipe:
    """An image that copies one folder."""
    context = tmp_path / "context"
    (context / "src/__pycache__").mkdir(parents=True)
    (context / "src/a.py").write_text("a")
    (context / "src/__pycache__/a.pyc").write_text("cache")
    (context / "README.md").write_text("readme")
    dockerfile = context / "Dockerfile"
    dockerfile.write_text("FROM scratch\nCOPY src /opt/\n")
    return Recipe(dockerfile, context, "trainyard/x:dev", {})


def test_caches_are_not_inputs(recipe: Recipe) -> None:
    """What the interpreter writes beside the sources never causes a build."""
    files = list(files_below(recipe.context, ("src", "no-such-file")))
    assert files == [recipe.context / "src/a.py"]


def test_what_does_not_move_the_key(recipe: Recipe) -> None:
    """Files that are not copied, caches, and times of files."""
    before = input_key(recipe, "base")
    (recipe.context / "README.md").write_text("changed")
    (recipe.context / "src/__pycache__/a.pyc").write_text("changed")
    (recipe.context / "src/a.py").touch()
    assert input_key(recipe, "base") == before


@pytest.mark.parametrize(
    ("path", "text"),
    [("src/a.py", "b"), ("src/new.py", ""), ("Dockerfile", "FROM scratch\nCOPY src /srv/\n")],
)
def test_what_moves_the_key(recipe: Recipe, path: str, text: str) -> None:
    """A file that is copied, a new one, the Dockerfile."""
    before = input_key(recipe, "base")
    (recipe.context / path).write_text(text)
    assert input_key(recipe, "base") != before


def test_base_arguments_and_target_move_the_key(recipe: Recipe) -> None:
    """The same files on another base, with other arguments or to another target: another image."""
    keys = {
        input_key(recipe, "base"),
        input_key(recipe, "newer"),
        input_key(replace(recipe, arguments={"EXTRA": "1"}), "base"),
        input_key(replace(recipe, target="small"), "base"),
    }
    assert len(keys) == 4


def test_the_executable_bit_moves_the_key(recipe: Recipe) -> None:
    """An entry point that cannot be run is another image."""
    before = input_key(recipe, "base")
    (recipe.context / "src/a.py").chmod(0o755)
    assert input_key(recipe, "base") != before
