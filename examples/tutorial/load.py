"""Asks the model thirty times a second and says every five seconds who answered, and how well.

Nothing but the standard library, so that it runs in any image with Python. MODE: `dry`, `wet` (it
rains), or `gaps` (of every fifth delivery nobody measured the rain).
"""

from __future__ import annotations

import http.client
import json
import os
import random
import sys
import time
from collections import Counter

from deliveries import delivery

RATE, REPORT_SECONDS = 30, 5
PATH = "/v2/models/deliveries/infer"


def question(number: int, mode: str) -> tuple[bytes, str]:
    """Return a request for one delivery, and the right answer."""
    *values, late = delivery(random.Random(), wet=mode == "wet")  # noqa: S311
    row: list[float | None] = [float(value) for value in values]
    if mode == "gaps" and number % 5 == 0:
        row[2] = None
    tensor = {"name": "input", "shape": [1, 3], "datatype": "FP64", "data": row}
    return json.dumps({"inputs": [tensor]}).encode(), late


def main() -> None:
    """Ask until it is ended."""
    host, mode = os.environ["HOST"], os.environ.get("MODE", "dry")
    line = http.client.HTTPConnection(host, timeout=5)
    counts: Counter[str] = Counter()
    begun = told = time.monotonic()
    number = 0
    while True:
        body, late = question(number, mode)
        try:
            line.request("POST", PATH, body)
            answer = line.getresponse()
            text = answer.read()
            counts[f"answered by {answer.headers.get('trainyard-revision')}"] += 1
            if answer.status == 200:
                counts["right"] += json.loads(text)["outputs"][0]["data"][0] == late
            else:
                counts[f"failed with {answer.status}"] += 1
        except (OSError, http.client.HTTPException) as fault:
            counts[f"failed with {type(fault).__name__}"] += 1
            line.close()
        number += 1
        if time.monotonic() - told > REPORT_SECONDS:
            sys.stdout.write(f"{mode}: {json.dumps(counts)}\n")
            sys.stdout.flush()
            counts, told = Counter(), time.monotonic()
        time.sleep(max(0.0, begun + number / RATE - time.monotonic()))


if __name__ == "__main__":
    main()
