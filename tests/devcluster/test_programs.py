import re
from pathlib import Path

import pytest

from devcluster.programs import (
    KUBERNETES_PROGRAMS,
    Programs,
    build_command,
    link_flags,
    module_of,
    modules,
    pinned_version,
    source_key,
)


def test_every_module_is_pinned_by_its_own_go_mod(programs: Programs) -> None:
    """Each folder under go/ has a go.mod that pins a release, and a go.sum."""
    for module in modules().values():
        folder = programs.places.source / "go" / module.name
        assert (folder / "go.sum").exists()
        assert re.fullmatch(r"v\d+\.\d+\.\d+|dev", programs.version(module))


def test_kubernetes_and_its_staging_modules_are_of_one_release(programs: Programs) -> None:
    """A staging module of another release would build a Kubernetes that nobody ever tested."""
    text = (programs.places.source / "go/kubernetes/go.mod").read_text()
    staging = re.findall(r"^\s+(k8s\.io/\S+) => (k8s\.io/\S+) (v\S+)$", text, re.MULTILINE)
    minor = programs.version(modules()["kubernetes"]).removeprefix("v1.")
    assert len(staging) == 31
    assert {(name, f"v0.{minor}") for name, _, _ in staging} == {(to, v) for _, to, v in staging}


@pytest.mark.parametrize(
    "go_mod",
    [
        pytest.param("require example.org/x v1.2.3\n", id="alone"),
        pytest.param("require (\n\texample.org/x v1.2.3 // indirect\n)\n", id="in a block"),
    ],
)
def test_pinned_version(go_mod: str) -> None:
    """The version is found in either form of a requirement."""
    assert pinned_version(go_mod, "example.org/x") == "v1.2.3"


def test_a_module_that_is_not_required_is_an_error() -> None:
    """A typo in the table must not build something unpinned."""
    with pytest.raises(LookupError, match=r"example\.org/y"):
        pinned_version("require example.org/x v1.2.3\n", "example.org/y")


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"go.mod": b"b", "go.sum": b"s"}, id="a byte of a file"),
        pytest.param({"go.mod": b"a", "go.sun": b"s"}, id="a name"),
        pytest.param({"go.mod": b"as", "go.sum": b""}, id="the border between two files"),
        pytest.param({"go.mod": b"a"}, id="a file that is gone"),
    ],
)
def test_the_key_changes_with(changed: dict[str, bytes]) -> None:
    """A binary is looked up by this key, so whatever it is made of must move it."""
    assert source_key({"go.mod": b"a", "go.sum": b"s"}) != source_key(changed)


def test_the_key_does_not_depend_on_the_order_of_files() -> None:
    """The same sources give the same key on every file system."""
    assert source_key({"a": b"1", "b": b"2"}) == source_key({"b": b"2", "a": b"1"})


def test_kubernetes_says_its_version() -> None:
    """The version is stamped where `kubectl version` and the API server look for it."""
    flags = link_flags(modules()["kubernetes"], "v1.35.4")
    assert "-X k8s.io/component-base/version.gitVersion=v1.35.4" in flags
    assert "-X k8s.io/client-go/pkg/version.gitMinor=35" in flags
    assert link_flags(modules()["etcd"], "v3.6.16") == "-s -w"


def test_build_command(tmp_path: Path) -> None:
    """Two compilers at most, no paths of this machine in the binary."""
    command = build_command(modules()["helm3"], "v3.19.0", "helm3", tmp_path / "helm3")
    assert command[:5] == ("go", "build", "-p", "2", "-trimpath")
    assert command[-3:] == ("-o", str(tmp_path / "helm3"), "helm.sh/helm/v3/cmd/helm")


def test_a_built_program_is_not_built_again(programs: Programs) -> None:
    """The path is answered without Go when the binary is there."""
    for program in (*KUBERNETES_PROGRAMS, "helm3"):
        assert programs.path(program).is_relative_to(programs.places.cache)


def test_module_of() -> None:
    """Programs are found by name; unknown ones are an error."""
    assert module_of("kubelet").name == "kubernetes"
    with pytest.raises(KeyError):
        module_of("kubelte")
