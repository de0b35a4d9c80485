"""Pages of answers, as model servers tell them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from trainyard.clients.answer_pages import PageUnread


@dataclass(slots=True)
class KeptPages:
    """Every pod of an address tells these answers, for whatever window it is asked."""

    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By address, without port."""
    asked: list[tuple[str, str, int]] = field(default_factory=list)

    async def read(self, address: str, window: str, seconds: int) -> bytes:
        """See AnswerPages.read."""
        self.asked.append((address, window, seconds))
        host = address.removeprefix("http://").partition(":")[0]
        if host not in self.answers:
            raise PageUnread(f"GET {address}: connection refused")
        return json.dumps({"window": window, "answers": self.answers[host]}).encode()
