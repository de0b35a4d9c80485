from pathlib import Path

import pytest

from devcluster.build_inputs import Recipe
from devcluster.local_node import LocalNode
from devcluster.places import Places
from devcluster.programs import Programs
from devcluster.progress import Progress
from devcluster.refusal import Refusal
from devcluster.target import Kind, Machine, NamedCluster, choose, target_of

LOCAL, KIND, OTHER = Path("/s/kubeconfig"), Path("/s/kind-kubeconfig"), Path("/o/kubeconfig")


@pytest.mark.parametrize(
    ("named", "engine", "expected"),
    [
        pytest.param(None, None, Kind.LOCAL, id="nothing named, no kind: our own"),
        pytest.param(None, "docker", Kind.KIND, id="nothing named, kind answers: kind"),
        pytest.param(OTHER, "docker", Kind.NAMED, id="a name goes before kind"),
        pytest.param(OTHER, None, Kind.NAMED, id="a name goes before our own"),
        pytest.param(LOCAL, "docker", Kind.LOCAL, id="our own file means our own cluster"),
        pytest.param(KIND, "docker", Kind.KIND, id="kind's file means kind"),
        pytest.param(KIND, None, Kind.NAMED, id="kind's file while no engine answers"),
    ],
)
def test_choice(named: Path | None, engine: str | None, expected: Kind) -> None:
    """Named, then kind, then our own; never the current context."""
    assert choose(Machine(named, LOCAL, KIND, engine)) is expected


@pytest.fixture
def named(programs: Programs, tmp_path: Path) -> NamedCluster:
    """A cluster of the user whose kubeconfig is missing."""
    return NamedCluster(tmp_path / "kubeconfig", programs, Progress())


def test_a_named_cluster_is_never_stopped(
    named: NamedCluster, capsys: pytest.CaptureFixture[str]
) -> None:
    """`down` says that it leaves the cluster alone."""
    named.down()
    assert "left alone" in capsys.readouterr().err


def test_a_named_cluster_pulls_its_images(
    named: NamedCluster, capsys: pytest.CaptureFixture[str]
) -> None:
    """What must be there is said by its tag."""
    named.build_and_load(Recipe(Path("F"), Path(), "trainyard/operator:dev", {}))
    assert "must have trainyard/operator:dev" in capsys.readouterr().err


def test_a_named_file_that_is_missing_is_refused(named: NamedCluster) -> None:
    """The variable is named."""
    with pytest.raises(Refusal, match="TRAINYARD_KUBECONFIG names"):
        named.kubeconfig()


def test_the_environment_decides(places: Places, programs: Programs, tmp_path: Path) -> None:
    """KUBECONFIG counts for nothing, TRAINYARD_KUBECONFIG for everything."""
    local = LocalNode(places, programs, Progress(quiet=True))
    other = str(tmp_path / "other")
    chosen = target_of(local, {"TRAINYARD_KUBECONFIG": other, "KUBECONFIG": "/x"})
    assert isinstance(chosen, NamedCluster)
    assert str(chosen.path) == other
    assert target_of(local, {"TRAINYARD_KUBECONFIG": str(places.kubeconfig)}) is local
