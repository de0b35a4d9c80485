"""Which SuperNode stands for which participant? By the key that the participant's Dataset shows.

The operator writes the keys into a file of the coordinator's pod; what a SuperNode says of itself
counts for nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

NODES = "TRAINYARD_NODES"
"""The variable that names the file with the SuperNodes that are enrolled."""
KEYS_NAME = "participants.json"
_MOST = 256_000


def participant_keys(folder: Path) -> dict[str, str]:
    """The public keys in OpenSSH's notation, by participant, as far as they are known."""
    path = folder / KEYS_NAME
    if not path.is_file() or path.stat().st_size > _MOST:
        return {}
    found = json.loads(path.read_text(encoding="utf-8") or "{}")
    return {str(name): str(key) for name, key in found.items() if key}


def write_enrolled(path: Path, nodes: Mapping[int, str]) -> None:
    """The file says which SuperNode is whose; readers see the old one or the new one, whole."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps({str(node): name for node, name in nodes.items()}), encoding="utf-8")
    part.rename(path)


def enrolled_nodes(variables: Mapping[str, str]) -> dict[int, str]:
    """Participants by the number of their SuperNode; one that began anew has two."""
    path = Path(variables[NODES])
    if not path.is_file():
        return {}
    found = json.loads(path.read_text(encoding="utf-8"))
    return {int(node): str(name) for node, name in found.items()}
