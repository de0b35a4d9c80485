"""How are figures shown? Markdown, ratios beside numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from benchmarks.serving.contender import OURS
from benchmarks.serving.figures import POINTS, STEPS, Figures, Point

_NAMES = tuple(f"{rows}x{connections}" for rows, connections in POINTS)


def tables(title: str, of: Mapping[str, Figures]) -> str:
    """All of one model: rates, costs, latencies at fixed rates."""
    ours = of.get(OURS)
    parts = [f"### {title[0].upper()}{title[1:]}", _rates(of, ours), _costs(of, ours)]
    if ours is not None:
        parts += [_at_peers_rates(of, ours), _at_steps(ours)]
    wrong = sum(figures.wrong() for figures in of.values())
    parts.append(f"Wrong or lost answers, all servers together: {wrong}.")
    return "\n\n".join(part for part in parts if part)


def agreement_lines(found: Mapping[str, Mapping[str, Figures]]) -> list[str]:
    """A line per model for ours, and one for all peers."""
    lines = []
    for model, of in found.items():
        for name, figures in of.items():
            if not name.startswith(OURS):
                continue
            seen = figures.agreement
            apart = "not sent" if seen.largest is None else f"{seen.largest:.1e}"
            lines.append(
                f"- {model}, {name}: {seen.rows} rows compared, {seen.differing} labels differ,"
                f" largest difference of a probability {apart}"
            )
        peers = {n: f.agreement.differing for n, f in of.items() if not n.startswith(OURS)}
        if peers:
            worse = ", ".join(f"{n}: {count}" for n, count in peers.items() if count)
            lines.append(f"- {model}, {len(peers)} peers: labels that differ: {worse or 'none'}")
    return lines


def _rates(of: Mapping[str, Figures], ours: Figures | None) -> str:
    head = ["requests/s", *(_point_name(rows, c) for rows, c in POINTS)]
    rows = [
        [name, *(_rate(figures, ours, point) for point in _NAMES)] for name, figures in of.items()
    ]
    return _table(head, rows)


def _rate(figures: Figures, ours: Figures | None, point: str) -> str:
    rate = figures.points[point].rate
    if ours is None or ours is figures or rate == 0:
        return f"{rate:,.0f}"
    return f"{rate:,.0f} (÷{ours.points[point].rate / rate:.1f})"


def _point_name(rows: int, connections: int) -> str:
    return f"{rows} row{'s' if rows > 1 else ''}, c={connections}"


def _costs(of: Mapping[str, Figures], ours: Figures | None) -> str:
    head = [
        "server",
        "start s",
        "MiB at rest",
        "MiB after load",
        "CPU µs/request, 1 row, c=64",
        "32 rows, c=64",
        "p50/p99 ms, 1 row, c=1",
        "p50/p99 ms, c=64",
    ]
    rows = []
    for name, figures in of.items():
        costs = [
            f"{figures.start_seconds:.1f}",
            f"{figures.memory_mib:.0f}",
            f"{figures.loaded_mib:.0f}",
            *(_cpu(figures, ours, point) for point in ("1x64", "32x64")),
            *(_times(figures.points[point], tail=False) for point in ("1x1", "1x64")),
        ]
        rows.append([name, *costs])
    return _table(head, rows)


def _cpu(figures: Figures, ours: Figures | None, point: str) -> str:
    cpu = figures.points[point].cpu_us
    if ours is None or ours is figures or ours.points[point].cpu_us == 0:
        return f"{cpu:,.0f}"
    return f"{cpu:,.0f} (×{cpu / ours.points[point].cpu_us:.1f})"


def _at_peers_rates(of: Mapping[str, Figures], ours: Figures) -> str:
    head = [
        "open loop at half of the peer's best",
        "requests/s",
        "the peer's p50/p99/p99.9 ms",
        "ours",
    ]
    rows = [
        [name, f"{theirs.offered:,.0f}", _times(theirs), _times(ours.open.get(name))]
        for name, figures in of.items()
        if not name.startswith(OURS) and (theirs := figures.open.get(name)) is not None
    ]
    return _table(head, rows) if rows else ""


def _at_steps(ours: Figures) -> str:
    head = ["ours, open loop at a share of its best", "requests/s", "p50/p99/p99.9 ms"]
    rows = [
        [name, f"{point.offered:,.0f}", _times(point)]
        for name in (f"{step} %" for step in STEPS)
        if (point := ours.open.get(name)) is not None
    ]
    return _table(head, rows) if rows else ""


def _times(point: Point | None, *, tail: bool = True) -> str:
    if point is None:
        return "–"
    times = [point.p50, point.p99, *([point.p999] if tail else [])]
    return " / ".join(f"{each:.2f}" if each < 10 else f"{each:.0f}" for each in times)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
