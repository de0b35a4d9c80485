"""Does a server say what scikit-learn says, for every row of the test set?"""

from __future__ import annotations

import http.client

import numpy as np

from benchmarks.serving.contender import Contender
from benchmarks.serving.figures import Agreement
from benchmarks.serving.workloads import Workload

_ROWS = 32
_PATIENCE = 60


def compared(contender: Contender, workload: Workload, port: int) -> Agreement:
    """Labels of all rows, and probabilities where they are sent.

    Raises RuntimeError when there is no answer, or one for another number of rows.
    """
    differing = 0
    largest: float | None = None
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
    try:
        for part, table in workload.batches(_ROWS):
            body = _answer(connection, contender.request(table), contender.name)
            said = contender.said(body)
            expected = workload.labels[part]
            if len(said.labels) != len(expected):
                raise RuntimeError(
                    f"{contender.name}: {len(said.labels)} labels for {len(expected)} rows"
                )
            differing += sum(a != b for a, b in zip(said.labels, expected, strict=True))
            if said.probabilities is not None:
                apart = np.abs(said.probabilities - workload.probabilities[part]).max()
                largest = max(largest or 0.0, float(apart))
    finally:
        connection.close()
    return Agreement(len(workload.labels), differing, largest)


def _answer(connection: http.client.HTTPConnection, request: bytes, name: str) -> bytes:
    head, body = request.split(b"\r\n\r\n", 1)
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    connection.request("POST", first.split(" ")[1], body, headers)
    answer = connection.getresponse()
    content = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{name}: {answer.status} {content[:300]!r}")
    return content
