"""What was asked, what came back, and does the server's own count agree?"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from benchmarks.endurance.questions import Question

_MOST_SENTENCES = 20
_REQUESTS = re.compile(rb'^trainyard_requests_total\{[^}]*code="(\d+)"[^}]*\} (\S+)$', re.MULTILINE)
_ROWS = re.compile(rb"^trainyard_rows_total\{[^}]*\} (\S+)$", re.MULTILINE)


@dataclass(slots=True)
class Tally:
    """Counts of one run. `asked_again`: pipelined behind an answer that said the end."""

    answered: Counter[str] = field(default_factory=Counter)
    codes: Counter[int] = field(default_factory=Counter)
    rows: int = 0
    total: int = 0
    wrong: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    wrong_count: int = 0
    lost_count: int = 0
    aborted: int = 0
    asked_again: int = 0
    refused_connections: int = 0

    def right(self, question: Question) -> None:
        """One more right answer."""
        self.total += 1
        self.answered[question.kind] += 1
        if question.counted:
            self.codes[question.status] += 1
            self.rows += question.rows

    def is_wrong(self, question: Question, head: bytes, body: bytes) -> None:
        """An answer that is not the right one."""
        self.wrong_count += 1
        if len(self.wrong) < _MOST_SENTENCES:
            status = head[9:12].decode("ascii", "replace")
            expected = question.status
            self.wrong.append(f"{question.kind}: {status}, expected {expected}: {body[:200]!r}")

    def is_lost(self, question: Question, why: str) -> None:
        """A request without an answer."""
        self.lost_count += 1
        if len(self.lost) < _MOST_SENTENCES:
            self.lost.append(f"{question.kind}: {why}")

    def faults(self, exit_code: int) -> list[str]:
        """Sentences about answers that were wrong or lost, and about the server's end."""
        ended = [f"the server ended with {exit_code}"] if exit_code != 0 else []
        return [*self.wrong, *self.lost, *ended]

    def disagreement(self, exposition: bytes) -> list[str]:
        """Where the server's counters say something else; [] when every one adds up.

        Of requests whose client left, the server may have counted any number.
        """
        found = {int(code): float(count) for code, count in _REQUESTS.findall(exposition)}
        rows = _ROWS.search(exposition)
        wrong = []
        for code in sorted(found.keys() | self.codes.keys()):
            counted, asked = found.get(code, 0.0), self.codes[code]
            if not asked <= counted <= asked + self.aborted:
                wrong.append(f"status {code}: the server counted {counted:.0f}, asked {asked}")
        counted = float(rows[1]) if rows else -1.0
        if counted < self.rows or (not self.aborted and counted != self.rows):
            wrong.append(f"rows: the server counted {counted:.0f}, asked {self.rows}")
        return wrong
