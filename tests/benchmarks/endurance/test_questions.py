"""Questions with their right answers: every kind is asked, and only the right answer passes."""

from __future__ import annotations

from random import Random

import orjson
import pytest

from benchmarks.endurance.questions import Question, http, predictions, probes, scrape
from benchmarks.endurance.worlds import World

OK = b"HTTP/1.1 200 "


def test_no_answer_passes_for_two_questions(numbers: World) -> None:
    """Nor with another status."""
    asked = [q for q in predictions(numbers, 200, Random(1)) if q.kind == "V1 lists"]
    first, second = [q for q in asked if q.rows == 1][:2]
    bodies = [b'{"predictions":[%.15g]}' % answer for answer in numbers.answers]
    passing = [[q.is_right(OK, body) for body in bodies] for q in (first, second)]
    assert [1, 1] == [sum(found) for found in passing]
    assert passing[0] != passing[1]
    assert not any(first.is_right(b"HTTP/1.1 500 ", body) for body in bodies)


def test_the_id_of_another_request_is_wrong(numbers: World) -> None:
    """Two clients that ask about the same rows have two right answers."""
    asked = next(q for q in predictions(numbers, 50, Random(1)) if q.kind == "flat matrix")
    sent = orjson.loads(asked.request.partition(b"\r\n\r\n")[2])
    width = len(numbers.features)
    rows = [tuple(sent["inputs"][0]["data"][i * width :][:width]) for i in range(asked.rows)]
    answers = [numbers.answers[numbers.rows.index(row)] for row in rows]
    output = {"name": "predictions", "shape": [asked.rows], "data": answers}

    def right(identity: str) -> bool:
        return asked.is_right(OK, orjson.dumps({"id": identity, "outputs": [output]}))

    assert (True, False) == (right(sent["id"]), right(f"{sent['id']}0"))


@pytest.mark.parametrize(
    ("world", "kinds"),
    [
        pytest.param(
            "numbers",
            {
                "columns",
                "binary columns",
                "V1 lists",
                "V1 objects",
                "flat matrix",
                "nested matrix",
                "binary in",
                "binary both",
            },
            id="numbers go as a matrix, too",
        ),
        pytest.param(
            "columns",
            {"columns", "binary columns", "V1 lists", "V1 objects"},
            id="columns of several kinds do not",
        ),
    ],
)
def test_every_kind_is_asked(request: pytest.FixtureRequest, world: str, kinds: set[str]) -> None:
    """From 1 to 64 rows."""
    asked = predictions(request.getfixturevalue(world), 300, Random(2))
    assert kinds == {question.kind for question in asked}
    assert (1, 64) == (min(q.rows for q in asked), max(q.rows for q in asked))


def test_what_was_right_is_known_as_bytes() -> None:
    """A body that was right once is not read again."""
    read = []

    def check(_: bytes, body: bytes) -> bool:
        read.append(body)
        return body == b"yes"

    question = Question("kind", b"", 200, check)
    found = [question.is_right(OK, body) for body in (b"yes", b"yes", b"no", b"no")]
    assert [True, True, False, False] == found
    assert [b"yes", b"no", b"no"] == read


def test_probes_and_scrapes_are_not_counted() -> None:
    """The server counts predictions."""
    assert not any(question.counted for question in (*probes(), scrape()))


def test_a_request_has_its_length_and_headers() -> None:
    """Underscores are hyphens; a POST has a length also without a body."""
    assert http("GET", "/v2") == b"GET /v2 HTTP/1.1\r\nhost: endurance\r\n\r\n"
    posted = http("POST", "/x", b"ab", content_encoding="gzip")
    assert posted.endswith(b"\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\nab")
    assert b"\r\ncontent-length: 0\r\n" in http("POST", "/x")
