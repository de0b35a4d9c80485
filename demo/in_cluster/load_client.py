"""A client under constant load, run in a pod: it sends, checks every answer, and counts.

Each request has an id with its number, by which its label is found later.
Standard library and aiohttp only, because it is mounted from a ConfigMap into an image that has
them. One JSON line a second goes to stdout; the running share of right answers is offered to
Prometheus, since the rows are labelled. What it sends is steered by the file MODE:
`normal`, `gaps` (every fifth request lacks one measurement, as a broken sensor gives it),
`garbage` (every second request is malformed, whoever answers) or `recalibrated` (a device that
reads a quarter too high).
"""

from __future__ import annotations

import asyncio
import csv
import json
import os
import time
from collections import Counter, deque
from dataclasses import dataclass
from pathlib import Path

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector, web

MODE = Path("/tmp/mode")  # noqa: S108 - the pod's own emptyDir
RECENT = 400
GAP_COLUMN = "worst texture"
RECALIBRATION = 1.25
REQUEST_ID = "patient-"


class Tally:
    """What was sent and what came back since the client started."""

    def __init__(self) -> None:
        self.sent = 0
        self.ok = 0
        self.failed = 0
        self.codes: Counter[str] = Counter()
        self.bundles: Counter[str] = Counter()
        self.right: deque[bool] = deque(maxlen=RECENT)

    def accuracy(self) -> float:
        """Return the share of right answers among the recent ones; 1 before there are any."""
        return sum(self.right) / len(self.right) if self.right else 1.0

    def line(self) -> str:
        """Return the counts as one JSON line."""
        return json.dumps(
            {
                "at": time.time(),
                "sent": self.sent,
                "ok": self.ok,
                "failed": self.failed,
                "codes": self.codes,
                "bundles": self.bundles,
                "accuracy": round(self.accuracy(), 4),
                "mode": mode(),
            }
        )


@dataclass(frozen=True, slots=True)
class Question:
    """A request, and what the right answer is."""

    number: int
    body: bytes
    label: str

    def headers(self) -> dict[str, str]:
        """Return the id by which the label is found later."""
        return {"x-request-id": f"{REQUEST_ID}{self.number}"}


def mode() -> str:
    """Return how requests are spoilt at the moment."""
    return MODE.read_text().strip() if MODE.exists() else "normal"


def read_rows(path: Path, target: str) -> tuple[list[str], list[tuple[list[float], str]]]:
    """Return the feature names and the (values, label) rows of a CSV file."""
    with path.open(newline="") as file:
        records = list(csv.DictReader(file))
    names = [name for name in records[0] if name != target]
    return names, [([float(r[n]) for n in names], r[target]) for r in records]


def request_body(names: list[str], values: list[float], number: int, how: str) -> bytes:
    """Return a V2 request for one row, spoilt as `how` says."""
    row: list[float | None] = list(values)
    if how == "gaps" and number % 5 == 0:
        row[names.index(GAP_COLUMN)] = None
    if how == "recalibrated":
        row = [v * RECALIBRATION for v in values]
    if how == "garbage" and number % 2 == 0:
        row = row[: len(row) // 2]
    tensor = {"name": "input", "datatype": "FP64", "shape": [1, len(row)], "data": row}
    return json.dumps({"inputs": [tensor]}).encode()


async def send(session: ClientSession, url: str, question: Question, tally: Tally) -> None:
    """Send one request and count what came back."""
    tally.sent += 1
    try:
        async with session.post(url, data=question.body, headers=question.headers()) as answer:
            payload = await answer.read()
            tally.codes[str(answer.status)] += 1
            tally.bundles[answer.headers.get("trainyard-bundle", "none")] += 1
            if answer.status == 200:
                tally.ok += 1
                tally.right.append(predicted(payload) == question.label)
            else:
                tally.failed += 1
    except (ClientError, TimeoutError, OSError) as error:
        tally.failed += 1
        tally.codes[type(error).__name__] += 1


def predicted(payload: bytes) -> str:
    """Return the label of a V2 answer as text."""
    return str(json.loads(payload)["outputs"][0]["data"][0])


async def drive(url: str, rows_file: Path, target: str, rate: float, tally: Tally) -> None:
    """Send `rate` requests a second, open loop, for ever; connections are renewed now and then."""
    names, rows = read_rows(rows_file, target)
    pending: set[asyncio.Task[None]] = set()
    number = 0
    begin = time.monotonic()
    while True:
        connector = TCPConnector(limit=0, keepalive_timeout=15)
        async with ClientSession(connector=connector, timeout=ClientTimeout(total=10)) as session:
            for _ in range(int(rate * 5)):
                values, label = rows[number % len(rows)]
                body = request_body(names, values, number, mode())
                question = Question(number, body, label)
                task = asyncio.create_task(send(session, url, question, tally))
                pending.add(task)
                task.add_done_callback(pending.discard)
                number += 1
                await asyncio.sleep(max(0.0, begin + number / rate - time.monotonic()))
            await asyncio.gather(*pending)


async def report(tally: Tally) -> None:
    """Print one line a second."""
    while True:
        print(tally.line(), flush=True)
        await asyncio.sleep(1)


def metrics_app(tally: Tally) -> web.Application:
    """Return an app whose /metrics tells Prometheus how often the answers were right."""

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(text=f"demo_live_accuracy {tally.accuracy():.6f}\n")

    app = web.Application()
    app.router.add_get("/metrics", metrics)
    return app


async def main() -> None:
    """Run until killed."""
    tally = Tally()
    runner = web.AppRunner(metrics_app(tally), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, port=9100).start()
    url, rows = os.environ["TARGET_URL"], Path(os.environ["ROWS_FILE"])
    rate, target = float(os.environ["RATE"]), os.environ["TARGET_COLUMN"]
    await asyncio.gather(drive(url, rows, target, rate, tally), report(tally))


if __name__ == "__main__":
    asyncio.run(main())
