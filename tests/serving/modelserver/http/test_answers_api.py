"""The port for kept answers, beside a real server."""

from __future__ import annotations

import pytest

from modelserver.http.answers_api import AnswersApi
from modelserver.requests.request import Request


class Said:
    """A connection that remembers what it was to send."""

    def __init__(self) -> None:
        self.status, self.body = 0, b""

    def answer(self, request: Request, answer: object) -> None:
        """See Connection.answer."""
        self.status, self.body = answer.status, answer.body  # type: ignore[attr-defined]


def _asked(target: bytes) -> Said:
    said = Said()
    api = AnswersApi(lambda window, seconds: {f"{window}/{seconds:g}": "yes"})
    api.begin(Request("GET", target, {}), said)  # type: ignore[arg-type]
    return said


def test_what_was_kept_is_told_with_the_name_of_its_window() -> None:
    """Names may have any characters."""
    said = _asked(b"/answers?window=wine-1%2f2026&seconds=90")
    assert (200, b'{"window":"wine-1/2026","answers":{"wine-1/2026/90":"yes"}}') == (
        said.status,
        said.body,
    )


@pytest.mark.parametrize(
    ("target", "status"),
    [
        (b"/metrics?window=a&seconds=1", 404),
        (b"/answers", 400),
        (b"/answers?window=a", 400),
        (b"/answers?window=a&window=b&seconds=1", 400),
        (b"/answers?window=a&seconds=-1", 400),
        (b"/answers?window=a&seconds=nan", 400),
        (b"/answers?seconds=1&window=" + b"x" * 257, 400),
        (b"/answers?window=\xff&seconds=1", 400),
        (b"/answers?" + b"&".join([b"a=1"] * 9), 400),
    ],
)
def test_other_questions_are_refused(target: bytes, status: int) -> None:
    """With what to ask instead."""
    said = _asked(target)
    assert (status, True) == (said.status, b"GET /answers?window=NAME&seconds=N" in said.body)


def test_nothing_can_be_sent() -> None:
    """Other methods and bodies are refused before they are read."""
    api = AnswersApi(lambda window, seconds: {})  # noqa: ARG005
    refusal = api.admit(Request("POST", b"/answers", {}))
    assert refusal is not None
    assert 405 == refusal.status
    assert api.admit(Request("GET", b"/answers", {})) is None
    too_much = api.receive(Request("GET", b"/answers", {}), b"x")
    assert too_much is not None
    assert 400 == too_much.status
