"""Strategy Canary: by weight, step by step, each on evidence.

Starting ──ready──► step 1 ──passes──► step 2 … ──passes──► finishing ──ready──► promoted
   │                  │  ▲
   │                  │  ├ resume ──────── Paused
   │                  ▼  ├ evidence, resume ─ Inconclusive (too long without evidence)
   ▼                  ·
rolled back (quarantine)   ·   tried again later (the cluster's fault, or onNoEvidence: Rollback)

A step gives the new version a share of the requests, or, before the first share, copies of them.
"""

from __future__ import annotations

from trainyard.model_deployments.rollout.stepping import step_by_step
from trainyard.model_deployments.rollout.strategy import Move, Standing


def next_move(at: Standing) -> Move:
    """Return the next move through the steps."""
    return step_by_step(at)
