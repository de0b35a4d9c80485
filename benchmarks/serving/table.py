"""How are figures shown? Markdown, ratios beside numbers."""

from __future__ import annotations

from benchmarks.serving.contenders import OURS
from benchmarks.serving.measuring import Figures
from benchmarks.serving.workloads import MODELS

_HEADER = (
    "| server | start s | MiB | 1 row, c=1 | c=8 | c=64 | 32 rows, c=1 | c=64"
    " | CPU µs/request (1 row, c=64) | p50/p99 ms at half its rate | ours, p50/p99 ms there |"
)
_POINTS = ("1x1", "1x8", "1x64", "32x1", "32x64")


def rendered(found: dict[str, dict[str, Figures]]) -> str:
    """All tables."""
    return "\n\n".join(_model(name, of) for name, of in found.items() if of)


def _model(name: str, of: dict[str, Figures]) -> str:
    ours = of.get(OURS)
    lines = [
        f"### {MODELS[name][0]}",
        "",
        _HEADER,
        "|" + "---|" * 11,
    ]
    for server, figures in of.items():
        cells = [_rate(figures, ours, point) for point in _POINTS]
        theirs = _times(figures, server)
        same = _times(ours, server) if ours and OURS not in server else "–"
        cpu = f"{figures.points['1x64'].cpu_us:,.0f}"
        start = f"{figures.start_seconds:.1f}"
        memory = f"{figures.memory_mib:.0f}"
        lines.append("| " + " | ".join([server, start, memory, *cells, cpu, theirs, same]) + " |")
    wrong = sum(point.wrong for figures in of.values() for point in figures.points.values())
    return "\n".join([*lines, "", f"Wrong or lost answers, all servers together: {wrong}."])


def _rate(figures: Figures, ours: Figures | None, point: str) -> str:
    rate = figures.points[point].rate
    if ours is None or ours is figures or rate == 0:
        return f"{rate:,.0f}/s"
    return f"{rate:,.0f}/s (÷{ours.points[point].rate / rate:.1f})"


def _times(figures: Figures, server: str) -> str:
    times = figures.open.get(server)
    return f"{times[0]:.2f}/{times[1]:.2f}" if times else "–"
