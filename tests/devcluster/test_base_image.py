from pathlib import Path

from devcluster.base_image import BASE_IMAGE, PACKAGES, base_steps


def test_the_base_is_made_by_debootstrap_and_left_in_buildah(tmp_path: Path) -> None:
    """Last but one step builds the image, the last one frees the disk."""
    commands = [command for _, command in base_steps(tmp_path / "base", ("buildah", "--root=r"))]
    debootstrap = next(command for command in commands if command[0] == "debootstrap")
    assert f"--include={','.join(PACKAGES)}" in debootstrap
    assert commands[-2][:3] == ("buildah", "--root=r", "build")
    assert BASE_IMAGE in commands[-2]
    assert commands[-1] == ("rm", "-rf", "--one-file-system", str(tmp_path / "base"))


def test_no_mirror_is_named(tmp_path: Path) -> None:
    """The mirror is debootstrap's own choice: no address stands in the repository."""
    words = [word for _, command in base_steps(tmp_path, ("buildah",)) for word in command]
    assert not [word for word in words if "://" in word]
