"""Firewall rules that pods and the kubelet leave behind, found in what iptables-save prints."""

from __future__ import annotations

import re
import shlex
import subprocess

from devcluster.network import NETWORK_NAME

# kube-proxy's own clean-up leaves the chains that the kubelet made.
KUBELET_CHAINS = ("KUBE-FIREWALL", "KUBE-KUBELET-CANARY", "KUBE-PROXY-CANARY", "KUBE-IPTABLES-HINT")


def removals(saved: str) -> tuple[tuple[str, ...], ...]:
    """The iptables arguments that remove our rules, given the text of iptables-save.

    Ours are the chains of the kubelet, and those that the pod network's plugins named by a
    comment with our network's name. Rules go first, then chains are emptied, then deleted.
    """
    rules: list[tuple[str, ...]] = []
    chains: list[tuple[str, str]] = []
    table = ""
    for line in saved.splitlines():
        if line.startswith("*"):
            table = line[1:]
        elif line.startswith(":"):
            name = line[1:].split()[0]
            if name in KUBELET_CHAINS:
                chains.append((table, name))
        elif line.startswith("-A "):
            words = tuple(shlex.split(line))
            if _is_ours(line, words):
                rules.append(("-t", table, "-D", *words[1:]))
                chains.extend((table, name) for name in _plugin_chains(words))
    unique = tuple(dict.fromkeys(chains))
    flushes = tuple(("-t", table, "-F", chain) for table, chain in unique)
    deletions = tuple(("-t", table, "-X", chain) for table, chain in unique)
    return (*rules, *flushes, *deletions)


def _is_ours(line: str, words: tuple[str, ...]) -> bool:
    if f'name: \\"{NETWORK_NAME}\\"' in line:
        return True
    return "-j" in words and words[words.index("-j") + 1] in KUBELET_CHAINS


def _plugin_chains(words: tuple[str, ...]) -> tuple[str, ...]:
    """Chains of one pod, named by the plugins with a hash; shared chains have none."""
    named = (words[1], words[words.index("-j") + 1] if "-j" in words else "")
    return tuple(name for name in named if re.fullmatch(r"CNI-(DN-)?[0-9a-f]{16,}", name))


def remove_rules() -> None:
    """No rule of the pod network or the kubelet is left in any table, IPv4 and IPv6."""
    for save, edit in (("iptables-save", "iptables"), ("ip6tables-save", "ip6tables")):
        saved = subprocess.run((save,), check=False, capture_output=True, text=True).stdout
        for arguments in removals(saved):
            subprocess.run((edit, "-w", *arguments), check=False, capture_output=True)
