"""Which bars were set, and are they met?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from benchmarks.control_plane import figures as names
from benchmarks.control_plane.figures import Episode, Figures

_AT = 1000
_CPU_SECONDS, _MIB = 30.0, 300.0
_KEYS, _CHANGE_MS = 5.0, 30.0
_SHARE, _IDLE_SHARE = 0.10, 0.01
_GROWTH = 1.3
_LAG_MS = 100.0
_PER_ROLLOUT, _PER_CREATE = 16.0, 8.0
_MONITORED = 200


@dataclass(frozen=True, slots=True)
class Bar:
    """What was asked and what was found; `met`: None when these figures cannot tell."""

    asked: str
    found: str
    met: bool | None


def bars(sizes: Sequence[Figures]) -> list[Bar]:
    """All bars; most are about 1,000 models, or the size that is closest to it."""
    if not sizes:
        return []
    at = min(sizes, key=lambda figures: abs(figures.models - _AT))
    if names.START not in at.episodes:
        return [*_monitored(at), _lag([_watching(figures) for figures in sizes])]
    return [
        *_start(at),
        *_change(at),
        *_rollouts(at),
        *_rest(at),
        *_monitored(at),
        *_growth(sizes),
        _lag(sizes),
    ]


def _watching(figures: Figures) -> Figures:
    """Without the first sight of a fleet that is only the stage here."""
    kept = {name: each for name, each in figures.episodes.items() if name == names.MONITORED}
    return replace(figures, episodes=kept)


def _start(at: Figures) -> Iterator[Bar]:
    start, restart = at.episodes[names.START], at.episodes[names.RESTART]
    where = f"{at.models:,} models × 5 versions"
    cpu = max(start.cpu, restart.cpu)
    met = cpu <= _CPU_SECONDS if at.models >= _AT else None
    yield Bar(f"{where}: settled within {_CPU_SECONDS:.0f} s of CPU", f"{cpu:.1f} s", met)
    peak = max(start.peak_mib, restart.peak_mib)
    met = peak <= _MIB if at.models >= _AT else None
    yield Bar(f"{where}: under {_MIB:.0f} MiB", f"{peak:.0f} MiB at the most", met)
    writes = restart.written()
    yield Bar(f"{where}: a restart writes nothing", f"{writes} writes", writes == 0)


def _change(at: Figures) -> Iterator[Bar]:
    change = at.episodes[names.SPEC]
    woken = change.woken() / change.count
    asked = f"one status write of one ModelDeployment wakes at most {_KEYS:.0f} keys"
    yield Bar(asked, f"{woken:.1f} passes", woken <= _KEYS)
    cost = at.net_cpu(names.SPEC) / change.count * 1000
    yield Bar(f"it costs under {_CHANGE_MS:.0f} ms of CPU", f"{cost:.0f} ms", cost < _CHANGE_MS)


def _rollouts(at: Figures) -> Iterator[Bar]:
    episode, create = at.episodes[names.ROLLOUTS], at.episodes[names.CREATE]
    share = episode.cpu / episode.wall if episode.wall else 0.0
    asked = f"{episode.count} rollouts at once under {_SHARE:.0%} of one core"
    yield Bar(asked, f"{share:.1%}", share < _SHARE if episode.count >= 20 else None)
    each, most = episode.asked() / episode.count, _most(episode)
    yield Bar(
        f"requests per rollout at most {_PER_ROLLOUT:.0f} plus one per interval (Events apart)",
        f"{each:.1f} with {episode.intervals / episode.count:.1f} intervals",
        each <= most,
    )
    each = create.asked() / create.count
    asked = f"requests per create at most {_PER_CREATE:.0f} (Events apart)"
    yield Bar(asked, f"{each:.1f}", each <= _PER_CREATE)


def _most(episode: Episode) -> float:
    return _PER_ROLLOUT + episode.intervals / episode.count


def _rest(at: Figures) -> Iterator[Bar]:
    idle = at.episodes[names.IDLE]
    asked = idle.asked()
    yield Bar("idle: no request", f"{asked} in {idle.wall:.0f} s", asked == 0)
    share = idle.cpu / idle.wall
    yield Bar(f"idle: under {_IDLE_SHARE:.0%} of a core", f"{share:.2%}", share < _IDLE_SHARE)


def _monitored(at: Figures) -> Iterator[Bar]:
    episode = at.episodes.get(names.MONITORED)
    if episode is None:
        return
    share = episode.cpu / episode.wall
    asked = f"{episode.count} monitored models under {_SHARE:.0%} of one core"
    met = share < _SHARE if episode.count >= _MONITORED else None
    yield Bar(asked, f"{share:.1%}", met)


def _growth(sizes: Sequence[Figures]) -> Iterator[Bar]:
    """CPU and memory per object, of the largest fleet beside the one of 1,000 models."""
    by_size = {figures.models: figures for figures in sizes}
    small, large = by_size.get(_AT), max(sizes, key=lambda figures: figures.models)
    if small is None or small is large:
        return
    where = f"from {small.models:,} to {large.models:,} models"
    for what, of in (("CPU of a start", _start_cpu), ("memory", _memory)):
        growth = (of(large) / large.all_objects()) / (of(small) / small.all_objects())
        asked = f"{where}: {what} per object grows by less than {_GROWTH}×"
        yield Bar(asked, f"{growth:.2f}×", growth < _GROWTH)


def _start_cpu(figures: Figures) -> float:
    return figures.episodes[names.START].cpu


def _memory(figures: Figures) -> float:
    return figures.episodes[names.START].memory_mib


def _lag(sizes: Sequence[Figures]) -> Bar:
    all_of_them = [
        (episode.lag_ms, f"{name}, {figures.models:,} models")
        for figures in sizes
        for name, episode in figures.episodes.items()
    ]
    longest, where = max(all_of_them, key=lambda found: found[0])
    asked = f"the event loop is never held for more than {_LAG_MS:.0f} ms"
    return Bar(asked, f"{longest:.0f} ms ({where})", longest <= _LAG_MS)
