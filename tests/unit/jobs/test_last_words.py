"""What is kept of what a failed program said."""

from __future__ import annotations

import subprocess
import sys

import pytest

from trainyard.jobs.failure import LONGEST_MESSAGE
from trainyard.jobs.last_words import last_words

ROOM = 120
_FRAME = '  File "<string>", line 1, in <module>\n    main()\n    ~~~~^^\n'
TRACE = f"Traceback (most recent call last):\n{_FRAME * 5}"
STEPS = "    step()\n" * 60
NOISE = "leaked a semaphore\n" * 8
RAISED = "ValueError: could not convert string to float: 'n/a'"
LONG = "KeyError: " + " ".join(f"column-{number}" for number in range(30))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param("\n no rows \n", "no rows", id="what fits is kept"),
        pytest.param("\n\n".join("abc"), "a\nb\nc", id="without empty lines"),
        pytest.param(
            f"{'reading ' * 30}\nconnected\nno table visits\n",
            "…\nconnected\nno table visits",
            id="another program: its last lines, whole",
        ),
        pytest.param(
            f"{TRACE}{RAISED}\n",
            f"…\n{_FRAME}{RAISED}",
            id="a traceback",
        ),
        pytest.param(
            f"{STEPS}{_FRAME}{RAISED}\n",
            f"…\n{_FRAME}{RAISED}",
            id="a traceback whose beginning the kubelet cut",
        ),
        pytest.param(
            f"{TRACE}{RAISED}\n{TRACE}KeyError: 'age'\n",
            f"…\n    main()\n    ~~~~^^\n{_FRAME}KeyError: 'age'",
            id="of several tracebacks the last",
        ),
        pytest.param(
            f"{TRACE}  [Previous line repeated 970 more times]\nRecursionError: too deep\n",
            "…\n    main()\n    ~~~~^^\n  [Previous line repeated 970 more times]\n"
            "RecursionError: too deep",
            id="a recursion",
        ),
        pytest.param(
            f"{TRACE}{RAISED}\nhint: two\nlines\n",
            f"…\n    main()\n    ~~~~^^\n{RAISED}\nhint: two\nlines",
            id="an exception of several lines",
        ),
        pytest.param(
            f"{TRACE}{RAISED}\n{NOISE}bye\n",
            f"{RAISED}\n…\n{NOISE[-3 * 19 :]}bye",
            id="much is said after the exception",
        ),
        pytest.param(
            f"{TRACE}{LONG}\n",
            f"{LONG[:59]}…{LONG[-60:]}",
            id="an exception that is too long: how it begins and ends",
        ),
        pytest.param(
            "".join(f"    | {line}\n" for line in f"{TRACE}{RAISED}".splitlines())
            + f"    +{'-' * 20}\n",
            f"…\n    |     main()\n    |     ~~~~^^\n    | {RAISED}\n    +{'-' * 20}",
            id="the last one of a group",
        ),
        pytest.param("x" * 500, f"{'x' * 59}…{'x' * 60}", id="a line without end"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_last_words(said: str, expected: str) -> None:
    """The exception is told, whatever is left out."""
    found = last_words(said, ROOM)
    assert expected == found
    assert len(found) <= ROOM


DEEP = """
print("starting\\n" * 60)
def step(depth):
    if depth == 0:
        raise ValueError("could not convert string to float: 'n/a'")
    step(depth - 1)
step(12)
"""


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        pytest.param(DEEP, "ValueError: could not convert string to float: 'n/a'", id="deep"),
        pytest.param("print('a' * 900); x x", "SyntaxError: invalid syntax", id="no program"),
        pytest.param(
            "def again(): again()\nagain()",
            "RecursionError: maximum recursion depth exceeded",
            id="without end",
        ),
    ],
)
def test_a_real_traceback(program: str, expected: str) -> None:
    """As Python prints it, in the room that a status has."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    found = last_words(done.stdout[-2048:], LONGEST_MESSAGE)
    assert expected == found.splitlines()[-1]
