"""How does memory over requests look? One SVG, written by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.endurance.memory import Sample

_WIDTH, _HEIGHT = 720, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 16, 34, 40
_KIB = 1024
_STEP_MIB = 20
_FONT = 'font-family="sans-serif" font-size="12" fill="#555"'
_TITLE = "Memory of the model server over requests (MiB)"
_LEGEND = "dark: written by the process alone; light: with its share of libraries"


def drawn(samples: Sequence[Sample]) -> str:
    """Anonymous and proportional memory in MiB, from zero, over requests."""
    most_mib = (max(sample.pss for sample in samples) // _KIB // _STEP_MIB + 1) * _STEP_MIB
    frame = _Frame(samples[-1].requests, most_mib)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" {_FONT}>',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
        f'<text x="{_LEFT}" y="20" font-size="14" fill="#222">{_TITLE}</text>',
        *frame.grid(),
        frame.line([(sample.requests, sample.pss) for sample in samples], "#8ab4d8"),
        frame.line([(sample.requests, sample.anonymous) for sample in samples], "#1f5f99"),
        f'<text x="{_LEFT + 8}" y="{_TOP + 14}" fill="#1f5f99">{_LEGEND}</text>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


@dataclass(frozen=True, slots=True)
class _Frame:
    most_requests: int
    most_mib: int

    def across(self, requests: float) -> str:
        return f"{_LEFT + (_WIDTH - _LEFT - _RIGHT) * requests / self.most_requests:.1f}"

    def down(self, kib: float) -> str:
        height = _HEIGHT - _TOP - _BOTTOM
        return f"{_HEIGHT - _BOTTOM - height * kib / _KIB / self.most_mib:.1f}"

    def line(self, values: Sequence[tuple[int, int]], colour: str) -> str:
        points = " ".join(f"{self.across(count)},{self.down(kib)}" for count, kib in values)
        return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>'

    def grid(self) -> Iterator[str]:
        right = self.across(self.most_requests)
        for mib in range(0, self.most_mib + 1, _STEP_MIB):
            down = self.down(mib * _KIB)
            yield f'<path d="M{_LEFT} {down}H{right}" stroke="#ddd"/>'
            yield f'<text x="{_LEFT - 8}" y="{down}" dy="4" text-anchor="end">{mib}</text>'
        for fifth in range(6):
            requests = self.most_requests * fifth // 5
            place = f'x="{self.across(requests)}" y="{_HEIGHT - 18}"'
            anchor = "end" if fifth == 5 else "middle"
            yield f'<text {place} text-anchor="{anchor}">{requests:,}</text>'
