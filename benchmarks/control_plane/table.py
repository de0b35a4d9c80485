"""How are figures shown? One row per question, one column per size of the fleet."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from benchmarks.control_plane import figures as names
from benchmarks.control_plane.figures import Episode, Figures

Cell = Callable[[Figures], str]


def table(sizes: Sequence[Figures]) -> str:
    """Markdown."""
    head = ["models (five versions each)", *(f"{figures.models:,}" for figures in sizes)]
    lines = [head, ["---", *("---:" for _ in sizes)]]
    lines += [[question, *(cell(figures) for figures in sizes)] for question, cell in ROWS]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _of(name: str, shown: Callable[[Episode], str]) -> Cell:
    def cell(figures: Figures) -> str:
        episode = figures.episodes.get(name)
        return "–" if episode is None else shown(episode)

    return cell


def _seconds(episode: Episode) -> str:
    return f"{episode.cpu:.1f} / {episode.wall:.1f}"


def _memory(episode: Episode) -> str:
    return f"{episode.memory_mib:.0f} / {episode.peak_mib:.0f}"


def _requests(episode: Episode) -> str:
    return f"{episode.asked() / episode.count:.1f}"


def _requests_a_minute(episode: Episode) -> str:
    return f"{episode.asked() / episode.count / episode.wall * 60:.1f}"


def _events(episode: Episode) -> str:
    events = sum(count for name, count in episode.requests.items() if name.endswith(" events"))
    return f"{events / episode.count:.1f}"


def _woken(episode: Episode) -> str:
    return f"{episode.woken() / episode.count:.1f}"


def _share(episode: Episode) -> str:
    return f"{episode.cpu / episode.wall:.2%}" if episode.wall else "–"


def _intervals(episode: Episode) -> str:
    return f"{episode.intervals / episode.count:.1f}"


def _cpu_each(name: str) -> Cell:
    def cell(figures: Figures) -> str:
        if name not in figures.episodes:
            return "–"
        return f"{figures.net_cpu(name) / figures.episodes[name].count * 1000:.0f}"

    return cell


def _per_object(figures: Figures) -> str:
    start = figures.episodes[names.START]
    return f"{start.cpu / figures.all_objects() * 1000:.2f}"


def _memory_per_object(figures: Figures) -> str:
    return f"{figures.episodes[names.START].memory_mib / figures.all_objects() * 1024:.1f}"


def _longest_lag(figures: Figures) -> str:
    name, episode = max(figures.episodes.items(), key=lambda item: item[1].lag_ms)
    return f"{episode.lag_ms:.0f} ({name})"


def _children(figures: Figures) -> str:
    return f"{figures.episodes[names.CHILDREN].asked() / figures.models:.1f}"


ROWS: tuple[tuple[str, Cell], ...] = (
    ("objects looked after, children included", lambda figures: f"{figures.all_objects():,}"),
    ("first sight of the fleet, children made: CPU s / wall s", _of(names.CHILDREN, _seconds)),
    ("– requests per model", _children),
    ("start of a settled fleet: CPU s / wall s", _of(names.START, _seconds)),
    ("– CPU ms per object", _per_object),
    ("– writes", _of(names.START, lambda episode: str(episode.written()))),
    ("– memory settled / highest, MiB", _of(names.START, _memory)),
    ("– KiB per object", _memory_per_object),
    ("start after a kill: CPU s / wall s", _of(names.RESTART, _seconds)),
    ("idle: share of a core", _of(names.IDLE, _share)),
    ("– requests", _of(names.IDLE, _requests)),
    ("one annotation on a ModelDeployment: passes", _of(names.ANNOTATION, _woken)),
    ("– CPU ms", _cpu_each(names.ANNOTATION)),
    ("one field of its spec (one status write): passes", _of(names.SPEC, _woken)),
    ("– CPU ms", _cpu_each(names.SPEC)),
    ("– requests", _of(names.SPEC, _requests)),
    ("one create of a ModelDeployment: requests", _of(names.CREATE, _requests)),
    ("– CPU ms", _cpu_each(names.CREATE)),
    ("one rollout: requests (of which one per interval)", _of(names.ROLLOUT, _requests)),
    ("– intervals", _of(names.ROLLOUT, _intervals)),
    ("– Events", _of(names.ROLLOUT, _events)),
    ("– CPU ms", _cpu_each(names.ROLLOUT)),
    ("rollouts at once: how many", _of(names.ROLLOUTS, lambda episode: str(episode.count))),
    ("– share of a core", _of(names.ROLLOUTS, _share)),
    ("– requests per rollout", _of(names.ROLLOUTS, _requests)),
    ("– passes per rollout", _of(names.ROLLOUTS, _woken)),
    ("drift and errors watched: models", _of(names.MONITORED, lambda e: str(e.count))),
    ("– share of a core", _of(names.MONITORED, _share)),
    ("– requests per model and minute", _of(names.MONITORED, _requests_a_minute)),
    ("one scrape of /metrics: CPU ms", _cpu_each(names.SCRAPE)),
    ("the event loop was held for at most, ms", _longest_lag),
)
