"""Which bars were set, and are they met?"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass

from benchmarks.serving.contender import OURS
from benchmarks.serving.figures import Figures

BINARY = f"{OURS}, binary tensors"
_CLOSEST = 1e-5


@dataclass(frozen=True, slots=True)
class Bar:
    """What was asked, what was found; `met`: None when it cannot be said from these figures."""

    asked: str
    found: str
    met: bool | None


def bars(found: Mapping[str, Mapping[str, Figures]], in_bars: Set[str]) -> list[Bar]:
    """All bars of all models; `in_bars`: the peers they are about."""
    made: list[Bar] = []
    for model, of in found.items():
        ours = of.get(OURS)
        peers = {
            name: figures
            for name, figures in of.items()
            if name in in_bars and not name.startswith(OURS)
        }
        if ours is None:
            continue
        if peers:
            most = 30 if model == "forest" else 20
            made.append(_ratio(f"{model}, 1 row, c=64", ours, peers, ("1x64", most)))
            made.append(_ratio(f"{model}, 1 row, c=1", ours, peers, ("1x1", 5)))
            made.append(_ratio(f"{model}, 32 rows, c=64", ours, peers, ("32x64", 8)))
            made.append(_tail(model, ours, peers))
        if BINARY in of:
            made.append(_binary(model, ours, of[BINARY]))
        made.append(_agreement(model, of))
    long = "zero lost and zero wrong answers in a 10-minute mixed run"
    made.append(Bar(long, "`python -m benchmarks.endurance`", None))
    return made


def _ratio(where: str, ours: Figures, peers: Mapping[str, Figures], bar: tuple[str, float]) -> Bar:
    point, times = bar
    best = max(peers, key=lambda name: peers[name].points[point].rate)
    theirs = peers[best].points[point].rate
    own = ours.points[point].rate
    ratio = own / theirs if theirs else 0.0
    text = f"{ratio:.1f}× ({own:,.0f}/s; best is {best} with {theirs:,.0f}/s)"
    return Bar(f"{where}: ≥ {times:g}× the best peer", text, ratio >= times)


def _tail(model: str, ours: Figures, peers: Mapping[str, Figures]) -> Bar:
    asked = f"{model}: p99 below each peer's p50 at half of the peer's best rate"
    pairs = {
        name: (ours.open[name].p99, figures.open[name].p50)
        for name, figures in peers.items()
        if name in ours.open and name in figures.open
    }
    if not pairs:
        return Bar(asked, "no open loop at a peer's rate", None)
    closest = max(pairs, key=lambda name: pairs[name][0] / max(pairs[name][1], 1e-9))
    own, theirs = pairs[closest]
    below = sum(mine < other for mine, other in pairs.values())
    text = (
        f"below for {below} of {len(pairs)} peers; closest is {closest}:"
        f" ours p99 {own:.2f} ms, its p50 {theirs:.2f} ms"
    )
    return Bar(asked, text, below == len(pairs))


def _binary(model: str, ours: Figures, binary: Figures) -> Bar:
    ratio = binary.points["32x64"].rate / max(ours.points["32x64"].rate, 1e-9)
    asked = f"{model}, 32 rows, c=64: binary tensors ≥ 2× our own JSON"
    rates = f"{binary.points['32x64'].rate:,.0f}/s and {ours.points['32x64'].rate:,.0f}/s"
    return Bar(asked, f"{ratio:.1f}× ({rates})", ratio >= 2)


def _agreement(model: str, of: Mapping[str, Figures]) -> Bar:
    seen = [figures.agreement for name, figures in of.items() if name.startswith(OURS)]
    differing = max(each.differing for each in seen)
    sent = [each.largest for each in seen if each.largest is not None]
    asked = f"{model}: labels equal to scikit-learn's, probabilities within {_CLOSEST:g}"
    text = f"{seen[0].rows} rows, {differing} labels differ"
    if not sent:
        return Bar(asked, f"{text}, no probabilities were sent", None)
    met = differing == 0 and max(sent) <= _CLOSEST
    return Bar(asked, f"{text}, probabilities within {max(sent):.1e}", met)
