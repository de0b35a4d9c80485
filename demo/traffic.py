"""The client under constant load: what it has counted, and how it is told to behave."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from demo.kubectl import Kubectl, KubectlFailed

CLIENT = "client"


@dataclass(frozen=True, slots=True)
class Count:
    """What the client had sent and received at one moment."""

    sent: int = 0
    ok: int = 0
    failed: int = 0
    accuracy: float = 1.0
    codes: dict[str, int] = field(default_factory=dict)
    bundles: dict[str, int] = field(default_factory=dict)
    mode: str = "normal"

    def since(self, before: Count) -> Count:
        """Return what came after `before`."""
        return Count(
            sent=self.sent - before.sent,
            ok=self.ok - before.ok,
            failed=self.failed - before.failed,
            accuracy=self.accuracy,
            codes=_difference(self.codes, before.codes),
            bundles=_difference(self.bundles, before.bundles),
            mode=self.mode,
        )


def _difference(after: dict[str, int], before: dict[str, int]) -> dict[str, int]:
    changed = {key: count - before.get(key, 0) for key, count in after.items()}
    return {key: count for key, count in changed.items() if count}


def read_count(kubectl: Kubectl) -> Count:
    """Return the newest count; an empty one while the client has not started."""
    try:
        lines = kubectl.run("logs", CLIENT, "--tail=1").strip().splitlines()
    except KubectlFailed:
        return Count()
    if not lines:
        return Count()
    seen = json.loads(lines[-1])
    return Count(**{name: seen[name] for name in Count.__dataclass_fields__})


def behave(kubectl: Kubectl, mode: str) -> None:
    """Make the client send requests the way of `mode` from now on."""
    kubectl.run("exec", CLIENT, "--", "sh", "-c", f"echo {mode} > /tmp/mode")
