"""Which SuperNode stands for which participant? By the key that the participant's Dataset shows.

The operator writes the keys into a file of the coordinator's pod; what a SuperNode says of itself
counts for nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from pathlib import Path

from trainer.federated.whole_files import write_whole
from trainer.tasks.federation import Federation

NODES = "TRAINYARD_NODES"
"""The variable that names the folder with the files of who is enrolled."""
_NODES_NAME = "nodes.json"
_DIGESTS_NAME = "digests.json"
KEYS_NAME = "participants.json"
NO_KEY = ""
_MOST = 256_000


def participant_keys(folder: Path) -> dict[str, str]:
    """The public keys in OpenSSH's notation, by participant, as far as they are known."""
    return {name: key for name, key in _told(folder).items() if key}


def awaited(folder: Path, federation: Federation, there: Collection[str]) -> list[str]:
    """Who may still come before the first round, beside those that are there.

    Where enough are there, nobody waits for who is named without a key: that Dataset does not allow
    the run, which is tried again.
    """
    missing = [name for name in federation.participants if name not in there]
    if len(there) < federation.min_participants:
        return missing
    told = _told(folder)
    return [name for name in missing if told.get(name) != NO_KEY]


def _told(folder: Path) -> dict[str, str]:
    path = folder / KEYS_NAME
    if not path.is_file() or path.stat().st_size > _MOST:
        return {}
    found = json.loads(path.read_text(encoding="utf-8") or "{}")
    return {str(name): str(key or "") for name, key in found.items()}


def key_digest(public_key: str) -> str:
    """By which a participant asks whether its key is enrolled."""
    return hashlib.sha256(public_key.strip().encode()).hexdigest()


def write_enrolled(folder: Path, enrolled: Mapping[tuple[str, str], int]) -> None:
    """The folder's files say which SuperNode is whose, and which keys are enrolled; readers see the
    old ones or the new ones, each whole.

    `enrolled`: SuperNodes by participant and key.
    """
    nodes = {str(node): name for (name, _), node in enrolled.items()}
    for path, document in (
        (folder / _NODES_NAME, nodes),
        (folder / _DIGESTS_NAME, [key_digest(key) for _, key in enrolled]),
    ):
        write_whole(path, document)


def is_enrolled(folder: Path, digest: str) -> bool:
    """True for the digest of a key that the SuperLink takes."""
    path = folder / _DIGESTS_NAME
    return path.is_file() and digest in json.loads(path.read_text(encoding="utf-8"))


def enrolled_nodes(variables: Mapping[str, str]) -> dict[int, str]:
    """Participants by the number of their SuperNode; one that began anew may have two."""
    path = Path(variables[NODES]) / _NODES_NAME
    if not path.is_file():
        return {}
    found = json.loads(path.read_text(encoding="utf-8"))
    return {int(node): str(name) for node, name in found.items()}
