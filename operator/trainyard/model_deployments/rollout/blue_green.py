"""Strategy BlueGreen: the new version runs whole beside the stable one, then gets all requests.

Starting ──ready──► preview ──minSeconds, queries pass──► finishing ──reached──► promoted
   │                   │  ▲                                                          │
   │                   │  └ resume ─ Paused (pause: Manual)                          │ the old one
   ▼                   ▼                                                             ▼ stays warm
rolled back (crash, rehearsal, failed query)                  undo@: its pods are there, one switch

In the preview only the Service `<name>-preview` leads to it. No request of a user meets it, so what
compares live requests takes no part; a rehearsal compares before the preview.
"""

from __future__ import annotations

from trainyard.model_deployments.rollout.stepping import step_by_step
from trainyard.model_deployments.rollout.strategy import Move, Standing


def next_move(at: Standing) -> Move:
    """Return the next move: into the preview, or the switch."""
    return step_by_step(at)
