"""The addresses of the local cluster and the device that carries them.

Everything stays inside the machine: the API server listens on a bridge of our own, pods get
addresses of a private range, and nothing is reachable from outside.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from devcluster.refusal import StepFailed

NODE_BRIDGE = "trainyard0"
NETWORK_NAME = "trainyard"
FORWARDING = Path("/proc/sys/net/ipv4/ip_forward")


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the node, pods and Services live."""

    node: str = "10.89.0.1"
    pods: str = "10.88.0.0/16"
    services: str = "10.96.0.0/16"
    dns: str = "10.96.0.10"
    api_port: int = 6443
    node_name: str = "trainyard"
    context: str = "trainyard-dev"

    @property
    def api(self) -> str:
        """The API server's address, reachable from the machine and from pods."""
        return f"https://{self.node}:{self.api_port}"


def up_commands(addresses: Addresses) -> tuple[tuple[str, ...], ...]:
    """The commands that bring the bridge up; each may run again without harm."""
    return (
        ("ip", "address", "replace", f"{addresses.node}/32", "dev", NODE_BRIDGE),
        ("ip", "link", "set", NODE_BRIDGE, "up"),
        # Without a route a machine that has no default gateway cannot reach a Service's address.
        ("ip", "route", "replace", addresses.services, "dev", NODE_BRIDGE, "src", addresses.node),
    )


def forward_rules(addresses: Addresses) -> tuple[tuple[str, ...], ...]:
    """The firewall rules that let pods talk where the machine forwards nothing by default.

    A container engine on the same machine sets that default. The comment is the one by which
    `down` finds what is ours.
    """
    comment = ("-m", "comment", "--comment", f'name: "{NETWORK_NAME}"', "-j", "ACCEPT")
    return (
        ("FORWARD", "-s", addresses.pods, *comment),
        ("FORWARD", "-d", addresses.pods, *comment),
    )


def bring_up(addresses: Addresses, changed_forwarding: Path) -> None:
    """The bridge exists with its address and route, and the kernel forwards packets of pods.

    `changed_forwarding` is a file that exists afterwards if forwarding had to be switched on.
    """
    if not Path("/sys/class/net", NODE_BRIDGE).exists():
        _ip("ip", "link", "add", NODE_BRIDGE, "type", "bridge")
    for command in up_commands(addresses):
        _ip(*command)
    for rule in forward_rules(addresses):
        there = subprocess.run(("iptables", "-w", "-C", *rule), check=False, capture_output=True)
        if there.returncode != 0:
            _ip("iptables", "-w", "-I", *rule)
    if FORWARDING.read_text().strip() != "1":
        FORWARDING.write_text("1\n")
        changed_forwarding.touch()


def tear_down(changed_forwarding: Path) -> None:
    """The bridge is gone with its address and route, and forwarding is as it was found."""
    if Path("/sys/class/net", NODE_BRIDGE).exists():
        _ip("ip", "link", "delete", NODE_BRIDGE)
    if changed_forwarding.exists():
        FORWARDING.write_text("0\n")
        changed_forwarding.unlink()


def _ip(*command: str) -> None:
    answer = subprocess.run(command, check=False, capture_output=True, text=True)
    if answer.returncode != 0:
        raise StepFailed(f"{' '.join(command)}: {answer.stderr.strip()}")
