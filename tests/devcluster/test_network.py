from ipaddress import ip_address, ip_network

from devcluster.firewall import removals
from devcluster.network import NODE_BRIDGE, Addresses, forward_rules, up_commands


def test_the_ranges_do_not_overlap() -> None:
    """Node, pods and Services never share an address, and DNS is a Service."""
    addresses = Addresses()
    pods, services = ip_network(addresses.pods), ip_network(addresses.services)
    assert not pods.overlaps(services)
    assert ip_address(addresses.node) not in pods
    assert ip_address(addresses.node) not in services
    assert ip_address(addresses.dns) in services


def test_the_bridge_carries_the_node_and_routes_services() -> None:
    """Each command may run again: it replaces instead of adding."""
    address, _, route = up_commands(Addresses(node="10.1.2.3", services="10.7.0.0/16"))
    assert address == ("ip", "address", "replace", "10.1.2.3/32", "dev", NODE_BRIDGE)
    assert route[:4] == ("ip", "route", "replace", "10.7.0.0/16")


def test_the_api_address() -> None:
    """Pods and the machine use the same address."""
    assert Addresses(node="10.1.2.3", api_port=7443).api == "https://10.1.2.3:7443"


def test_pods_may_talk_and_down_finds_the_rules() -> None:
    """Both directions are let through, and each rule is one that `down` removes."""
    rules = forward_rules(Addresses(pods="10.7.0.0/16"))
    assert [rule[1:3] for rule in rules] == [("-s", "10.7.0.0/16"), ("-d", "10.7.0.0/16")]
    saved = ["*filter"]
    for rule in rules:
        quoted = [word.replace('"', '\\"') for word in rule]
        saved.append("-A " + " ".join(f'"{word}"' if " " in word else word for word in quoted))
    assert removals("\n".join(saved)) == tuple(("-t", "filter", "-D", *rule) for rule in rules)
