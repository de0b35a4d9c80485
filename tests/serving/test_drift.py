"""Drift is found at real model servers, with nobody between."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pandas as pd
from serving_bundles import Sample
from serving_process import MODEL, REVISION, Client, environment, running

from trainyard.api.v1alpha1.drift_monitor import DriftMonitor as DriftSpec
from trainyard.api.v1alpha1.signals import MonitorState, SignalKind
from trainyard.clients.scraping import HttpScraper
from trainyard.model_deployments.analysis.bin_counters import (
    BinCounters,
    BinQuestion,
    CountingServer,
)
from trainyard.model_deployments.analysis.binned_columns import BinReading, BinWindow
from trainyard.model_deployments.monitoring.drift_monitor import DriftMonitor
from trainyard.model_deployments.monitoring.monitor import Level

_BEGAN = datetime(2026, 5, 4, tzinfo=UTC)
_DAY = timedelta(days=1)
_MONITOR = DriftMonitor(DriftSpec())


def _ask(client: Client, rows: pd.DataFrame) -> None:
    """Ask for all rows in one request, a tensor for each column."""
    tensors = [
        {
            "name": name,
            "shape": [len(rows)],
            "datatype": "FP64",
            "data": column.tolist(),
        }
        for name, column in rows.items()
    ]
    assert client.infer({"inputs": tensors}).status == 200


class _Watch:
    """A monitor and the servers that it reads, day after day."""

    def __init__(self, session: aiohttp.ClientSession, *clients: Client) -> None:
        self._counters = BinCounters(HttpScraper(session), None)
        self._servers = tuple(
            CountingServer(f"pod-{n}.0", f"http://127.0.0.1:{client.port}/metrics", None)
            for n, client in enumerate(clients)
        )
        self.state = MonitorState(kind=SignalKind.DRIFT, revision=REVISION, asked_at=_BEGAN)

    async def begin(self) -> None:
        """Look where the counters stand."""
        await self._read(BinWindow(None, _BEGAN, _DAY))

    async def end_day(self) -> Level:
        """Compare what came since."""
        until = self.state.asked_at + _DAY
        answer = await self._read(BinWindow(self.state.asked_at, until, _DAY))
        assert isinstance(answer, BinReading)
        self.state = _MONITOR.folded(self.state, answer, until)
        return _MONITOR.level(self.state)

    async def _read(self, window: BinWindow) -> object:
        asked = BinQuestion("team", MODEL, REVISION, self._servers, window)
        return await self._counters.read(asked, window.until)


async def test_what_moved_in_live_requests_is_found_and_named(
    tumours_sample: Sample, tmp_path: Path
) -> None:
    """Rows of the training raise nothing; values beyond the range do, by name."""
    environ = environment(
        tumours_sample.directory, tumours_sample.digest, TRAINYARD_SAMPLED_ROWS="100000"
    )
    trained_on = tumours_sample.table.astype(float)
    moved = trained_on.assign(**{"mean texture": trained_on["mean texture"] + 100})
    moved.loc[moved.index[::2], "worst area"] = 0.0
    with running(environ, tmp_path / "a") as one, running(environ, tmp_path / "b") as two:
        async with aiohttp.ClientSession() as session:
            watch = _Watch(session, one.client, two.client)
            await watch.begin()
            for _ in range(2):
                _ask(one.client, trained_on.iloc[::2])
                _ask(two.client, trained_on.iloc[1::2])
                level = await watch.end_day()
            assert level is Level.CLEAR
            assert watch.state.why == "none of 31 columns over 569 rows drifted"
            for _ in range(2):
                _ask(one.client, moved.iloc[::2])
                _ask(two.client, moved.iloc[1::2])
                level = await watch.end_day()
            assert level is Level.RAISE
    found = watch.state.drift
    assert found is not None
    drifted = {column.name: column.why for column in found.drifted}
    assert {"mean texture", "worst area"} <= set(drifted)
    assert drifted["mean texture"].startswith("42.015 or more: 0 % → 100 %")
    assert drifted["worst area"].startswith("below 166: 0 % → 50 %")
