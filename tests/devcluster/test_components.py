import pytest

from devcluster.components import Components, component_names
from devcluster.network import Addresses
from devcluster.places import Places
from devcluster.processes import Component
from devcluster.programs import Programs


@pytest.fixture
def components(places: Places, programs: Programs) -> dict[str, Component]:
    """Every component by its name."""
    return {part.name: part for part in Components(places, Addresses(), programs).all()}


def flags(component: Component) -> dict[str, str]:
    """The component's flags and their values."""
    pairs = (word.partition("=") for word in component.command[1:])
    return {name: value for name, _, value in pairs}


def test_names_and_order_are_known_without_binaries(components: dict[str, Component]) -> None:
    """`down` ends by name what `up` started, in the opposite order."""
    assert component_names() == tuple(components)


@pytest.mark.parametrize(
    ("name", "flag"),
    [
        ("kube-apiserver", "--bind-address"),
        ("kube-controller-manager", "--bind-address"),
        ("kube-scheduler", "--bind-address"),
        ("kube-proxy", "--healthz-bind-address"),
        ("kube-proxy", "--metrics-bind-address"),
        ("etcd", "--listen-client-urls"),
        ("etcd", "--listen-peer-urls"),
        ("etcd", "--listen-metrics-urls"),
    ],
)
def test_nothing_listens_for_the_outside(
    components: dict[str, Component], name: str, flag: str
) -> None:
    """Loopback or our own bridge: never an address that a neighbour could reach."""
    assert any(
        inside in flags(components[name])[flag] for inside in ("127.0.0.1", Addresses().node)
    )


def test_etcd_wants_certificates(components: dict[str, Component]) -> None:
    """A local user must not read every Secret from the store."""
    assert flags(components["etcd"])["--client-cert-auth"] == "true"
    assert flags(components["etcd"])["--listen-client-urls"].startswith("https://")


def test_the_api_server_authorizes(components: dict[str, Component]) -> None:
    """Nodes and users have only what they were given."""
    assert flags(components["kube-apiserver"])["--authorization-mode"] == "Node,RBAC"


def test_all_data_is_below_state_or_cache(components: dict[str, Component], places: Places) -> None:
    """No flag names a folder that `down --purge` would leave behind."""
    for component in components.values():
        for value in flags(component).values():
            if value.startswith("/"):
                assert value.startswith((str(places.state), str(places.cache)))


def test_settings_files_start_a_component_again(
    components: dict[str, Component], places: Places
) -> None:
    """What a component reads at start is part of what it runs."""
    assert places.settings / "kubelet.yaml" in components["kubelet"].settings
    assert places.settings / "containerd.toml" in components["containerd"].settings
