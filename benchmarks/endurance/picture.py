"""How does memory over requests look? One SVG, written by hand."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.endurance.memory import Sample

_WIDTH, _HEIGHT = 720, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 16, 34, 40
_KIB = 1024
_FONT = 'font-family="sans-serif" font-size="12" fill="#555"'
_TITLE = "Memory of the model server over requests (MiB)"
_LEGEND = "dark: written by the process alone; light: with its share of libraries"


def drawn(samples: Sequence[Sample]) -> str:
    """Anonymous and proportional memory in MiB, from zero, over requests."""
    most_requests = samples[-1].requests
    step = 20
    most_mib = (max(sample.pss for sample in samples) // _KIB // step + 1) * step

    def point(requests: float, kib: float) -> str:
        across = _LEFT + (_WIDTH - _LEFT - _RIGHT) * requests / most_requests
        down = _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * kib / _KIB / most_mib
        return f"{across:.1f},{down:.1f}"

    def line(values: Sequence[int], colour: str) -> str:
        pairs = zip(samples, values, strict=True)
        points = " ".join(point(sample.requests, value) for sample, value in pairs)
        return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>'

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" {_FONT}>',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
        f'<text x="{_LEFT}" y="20" font-size="14" fill="#222">{_TITLE}</text>',
    ]
    for mib in range(0, most_mib + 1, step):
        (_, down), (across, _) = (
            point(0, mib * _KIB).split(","),
            point(most_requests, 0).split(","),
        )
        parts.append(f'<path d="M{_LEFT} {down}H{across}" stroke="#ddd"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{down}" dy="4" text-anchor="end">{mib}</text>')
    for fifth in range(6):
        requests = most_requests * fifth // 5
        across = point(requests, 0).split(",")[0]
        anchor = "end" if fifth == 5 else "middle"
        parts.append(
            f'<text x="{across}" y="{_HEIGHT - 18}" text-anchor="{anchor}">{requests:,}</text>'
        )
    parts += [
        line([sample.pss for sample in samples], "#8ab4d8"),
        line([sample.anonymous for sample in samples], "#1f5f99"),
        f'<text x="{_LEFT + 8}" y="{_TOP + 14}" fill="#1f5f99">{_LEGEND}</text>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"
