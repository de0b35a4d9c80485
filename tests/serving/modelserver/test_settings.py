"""The environment of the server."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from modelserver.settings import (
    BundleSettings,
    CaptureSettings,
    ExplainSettings,
    Limits,
    ServerSettings,
    SettingsWrong,
    Telemetry,
    server_settings,
)

GOOD = {
    "TRAINYARD_BUNDLE_DIGEST": "sha256:" + "a" * 64,
    "TRAINYARD_MODEL_NAME": "tumours",
    "TRAINYARD_REVISION": "tumours-1a2b3c4d5e",
}

CAPTURE = {"TRAINYARD_CAPTURE_SOCKET": "/c.sock", "TRAINYARD_CAPTURE_PERCENT": "2.5"}


def test_defaults_are_the_contract_s() -> None:
    """Three variables are enough."""
    expected = ServerSettings(
        bundle=BundleSettings("sha256:" + "a" * 64, Path("/trainyard/bundle")),
        model_name="tumours",
        revision="tumours-1a2b3c4d5e",
        host="0.0.0.0",
        port=8080,
        grpc_port=None,
        drain_seconds=8.0,
        limits=Limits(),
        telemetry=Telemetry(access_log=False, rows_per_second=100, stuck_seconds=60.0),
    )
    assert expected == server_settings(GOOD)


def test_values_are_read() -> None:
    """Each number lands where it belongs."""
    environ = {
        **GOOD,
        "TRAINYARD_GRPC_PORT": "9000",
        "TRAINYARD_DRAIN_SECONDS": "3",
        "TRAINYARD_MAX_BATCH_ROWS": "64",
        "TRAINYARD_MAX_CONCURRENCY": "9",
        "TRAINYARD_MAX_CONNECTIONS": "20",
        "TRAINYARD_MAX_CONNECTION_AGE_SECONDS": "30",
    }
    found = server_settings(environ)
    expected = (9000, 3.0, 64, 9, 20, 30)
    limits = found.limits
    assert expected == (
        found.grpc_port,
        found.drain_seconds,
        limits.batch_rows,
        limits.concurrency,
        limits.connections,
        limits.age_seconds,
    )


def test_what_is_watched_is_read() -> None:
    """Access log on, no bins, a hasty limit."""
    environ = {
        **GOOD,
        "TRAINYARD_ACCESS_LOG": "1",
        "TRAINYARD_SAMPLED_ROWS": "0",
        "TRAINYARD_STUCK_SECONDS": "5",
    }
    assert Telemetry(True, 0, 5.0) == server_settings(environ).telemetry


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        pytest.param("TRAINYARD_BUNDLE_DIGEST", "latest", id="a digest that is none"),
        pytest.param("TRAINYARD_BUNDLE_DIR", "bundle", id="a relative directory"),
        pytest.param("TRAINYARD_MODEL_NAME", "", id="no model name"),
        pytest.param("TRAINYARD_MODEL_NAME", "a/b", id="a model name with a slash"),
        pytest.param(
            "TRAINYARD_MODEL_NAME", "köln", id="a model name that addresses spell otherwise"
        ),
        pytest.param("TRAINYARD_REVISION", 'x"\n', id="a revision that breaks the metrics"),
        pytest.param("TRAINYARD_PORT", "http", id="a port that is no number"),
        pytest.param("TRAINYARD_PORT", "70000", id="a port that does not exist"),
        pytest.param("TRAINYARD_GRPC_PORT", "8080", id="two servers on one port"),
        pytest.param("TRAINYARD_GRPC_PORT", "0", id="a second port that nobody could find"),
        pytest.param("TRAINYARD_ANSWERS_PORT", "8080", id="answers where users come"),
        pytest.param("TRAINYARD_DRAIN_SECONDS", "-1", id="a negative time"),
        pytest.param("TRAINYARD_ACCESS_LOG", "yes", id="a switch that is neither 0 nor 1"),
        pytest.param("TRAINYARD_STUCK_SECONDS", "0", id="a batch that is stuck at once"),
        pytest.param("TRAINYARD_MAX_BATCH_ROWS", "0", id="batches of nothing"),
        pytest.param("TRAINYARD_EXPLAIN_ROWS", "on", id="a switch that is no number"),
        pytest.param("TRAINYARD_EXPLAIN_EVALUATIONS", "16", id="too few to say an error"),
        pytest.param("TRAINYARD_MAX_BODY_BYTES", "1e6", id="a number in another spelling"),
    ],
)
def test_wrong_values_are_refused_by_name(variable: str, value: str) -> None:
    """The sentence names the variable, what it is, and what is expected."""
    with pytest.raises(SettingsWrong, match=f"{variable} is .*; expected "):
        server_settings({**GOOD, variable: value})


def test_grpc_needs_its_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """An image without grpcio says so instead of failing at the import."""
    monkeypatch.setitem(sys.modules, "grpc", None)
    with pytest.raises(SettingsWrong, match="'9000'; expected none: this image has no grpcio"):
        server_settings({**GOOD, "TRAINYARD_GRPC_PORT": "9000"})


@pytest.mark.parametrize("variable", sorted(GOOD))
def test_needed_variables_are_asked_for(variable: str) -> None:
    """A missing variable is told as such."""
    environ = {name: value for name, value in GOOD.items() if name != variable}
    with pytest.raises(SettingsWrong, match=f"{variable} is not set"):
        server_settings(environ)


def test_explanations_are_read() -> None:
    """Off unless rows are allowed; as many evaluations as are enough for twelve columns."""
    assert server_settings(GOOD).explain is None
    on = {**GOOD, "TRAINYARD_EXPLAIN_ROWS": "8"}
    assert ExplainSettings(8, 4096) == server_settings(on).explain
    more = {**on, "TRAINYARD_EXPLAIN_EVALUATIONS": "64"}
    assert ExplainSettings(8, 64) == server_settings(more).explain


def test_answers_are_told_on_a_port_of_their_own() -> None:
    """Where somebody asked for one."""
    assert server_settings(GOOD).answers_port is None
    assert 8082 == server_settings({**GOOD, "TRAINYARD_ANSWERS_PORT": "8082"}).answers_port


def test_capture_is_read() -> None:
    """Without a socket there is none."""
    assert server_settings({**GOOD, "TRAINYARD_CAPTURE_PERCENT": "10"}).capture is None
    found = server_settings({**GOOD, **CAPTURE, "TRAINYARD_CAPTURE_EXCLUDE": '["ssn"]'}).capture
    assert CaptureSettings(Path("/c.sock"), 2.5, frozenset({"ssn"})) == found


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TRAINYARD_CAPTURE_PERCENT", "0"),
        ("TRAINYARD_CAPTURE_PERCENT", "100.1"),
        ("TRAINYARD_CAPTURE_PERCENT", "nan"),
        ("TRAINYARD_CAPTURE_PERCENT", ""),
        ("TRAINYARD_CAPTURE_EXCLUDE", "ssn"),
        ("TRAINYARD_CAPTURE_EXCLUDE", "[1]"),
    ],
)
def test_capture_that_cannot_be_meant_is_refused(name: str, value: str) -> None:
    """By the variable's name."""
    with pytest.raises(SettingsWrong, match=name):
        server_settings({**GOOD, **CAPTURE, name: value})
