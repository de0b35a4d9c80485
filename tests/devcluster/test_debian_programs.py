"""Programs out of Debian packages."""

import subprocess
from pathlib import Path

import pytest
from cluster_access import tool

from devcluster.debian_programs import PACKAGED, DebianPrograms
from devcluster.places import Places
from devcluster.progress import Progress


def test_a_program_is_there_and_runs_without_being_installed() -> None:
    """Its package is unpacked beside the other cached programs."""
    promtool = tool("promtool")
    said = subprocess.run([promtool, "--version"], capture_output=True, text=True, check=True)
    assert "promtool, version" in said.stdout + said.stderr


def test_an_unpacked_package_is_not_fetched_again(places: Places) -> None:
    """Nothing runs where the folder is there: no log appears."""
    folder = places.cache / "debian" / PACKAGED["prometheus"].package
    folder.mkdir(parents=True)
    path = DebianPrograms(places, Progress(quiet=True)).path("promtool")
    assert path == folder / "usr/bin/promtool"
    assert not (places.cache / "logs").exists()


def test_a_program_with_needs_is_the_newest_of_the_machine(places: Places, tmp_path: Path) -> None:
    """Or what lies unpacked; either way apt is not asked."""
    machine = tmp_path / "machine"
    programs = DebianPrograms(places, Progress(quiet=True), machine)
    unpacked = _touched(places.cache / "debian/postgresql/usr/lib/postgresql/17/bin/postgres")
    assert unpacked == programs.path("postgres")
    _touched(machine / "usr/lib/postgresql/15/bin/postgres")
    newest = _touched(machine / "usr/lib/postgresql/16/bin/postgres")
    assert newest == programs.path("postgres")


def _touched(path: Path) -> Path:
    path.parent.mkdir(parents=True)
    path.touch()
    return path


def test_an_unknown_program_is_a_key_error(places: Places) -> None:
    """The command line turns it into a refusal."""
    with pytest.raises(KeyError):
        DebianPrograms(places, Progress(quiet=True)).path("helm4")
