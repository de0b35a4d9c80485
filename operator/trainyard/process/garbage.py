"""How is the collection of garbage kept from holding the event loop?

Python looks for cycles in everything that is alive, and with thousands of models that takes
hundreds of milliseconds in one go. Most of it is what is known of the cluster, and lives on.
"""

from __future__ import annotations

import gc
from collections.abc import Mapping
from typing import Any

OLDEST = 2


def keep_collections_short() -> None:
    """From now on a collection looks at what was made since the last full one, and no further.

    What survived one is not looked at again (gc.freeze). Counted references still free it; only a
    cycle that was alive in the moment of a full collection and was dropped later stays.
    """
    if _freeze_survivors not in gc.callbacks:
        gc.callbacks.append(_freeze_survivors)
    gc.freeze()


def _freeze_survivors(phase: str, info: Mapping[str, Any]) -> None:
    if phase == "stop" and info["generation"] == OLDEST:
        gc.freeze()
