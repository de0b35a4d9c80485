"""The world of the pictures: its objects, and the looks at a release that is half way."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from trainyardpage.world import World

Raw = dict[str, Any]
MODELS = Path(__file__).parent / "models.yaml"
RELEASED = "deliveries"
_DIGEST = "$digest "
_LOOKS, _APART = 36, timedelta(seconds=30)


def made_up_objects() -> Iterator[Raw]:
    """Yield the objects of `models.yaml`."""
    for raw in yaml.safe_load(MODELS.read_text()):
        yield _with_digests(raw)


def made_up_world() -> World:
    """Return the world in which everything was read, and a release was watched from its start."""
    world = World()
    by_kind: dict[str, list[Raw]] = {kind: [] for kind in world.unheard(("",))}
    for raw in made_up_objects():
        by_kind[raw["kind"]].append(raw)
    for kind, objects in by_kind.items():
        world.replace(kind, "", ())
        for raw in objects:
            for look in earlier_looks(raw) if raw["metadata"]["name"] == RELEASED else ():
                world.put(kind, look)
            world.put(kind, raw)
    return world


def earlier_looks(raw: Raw) -> Iterator[Raw]:
    """Yield the ModelDeployment as it was at each look at its release until now, oldest first."""
    rollout = raw["status"].get("rollout")
    if not rollout:
        return
    until = datetime.fromisoformat(rollout["observedUntil"])
    for back in range(_LOOKS, 0, -1):
        share = 1 - back / (_LOOKS + 1)
        moment = (until - back * _APART).isoformat()
        weight = 10 if share < 0.55 else rollout["weightPercent"]
        arms = [_so_far(arm, share) for arm in rollout["arms"]]
        then = rollout | {"observedUntil": moment, "weightPercent": weight, "arms": arms}
        yield {**raw, "status": {**raw["status"], "rollout": then}}


def _so_far(arm: Raw, share: float) -> Raw:
    """Fewer requests, so wider bounds."""
    bounds, width = arm["errorPercent"], share**-0.5
    middle = (float(bounds["low"]) + float(bounds["high"])) / 2
    low = max(0.0, middle - (middle - float(bounds["low"])) * width)
    high = middle + (float(bounds["high"]) - middle) * width
    counts = {key: round(arm[key] * share) for key in ("requests", "errors")}
    return arm | counts | {"errorPercent": {"low": f"{low:.2f}", "high": f"{high:.2f}"}}


def _with_digests(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _with_digests(one) for key, one in value.items() if one is not None}
    if isinstance(value, list):
        return [_with_digests(one) for one in value]
    if isinstance(value, str) and value.startswith(_DIGEST):
        return f"sha256:{hashlib.sha256(value.encode()).hexdigest()}"
    return value
