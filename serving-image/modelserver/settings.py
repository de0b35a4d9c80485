"""What is this server told to serve, and within which limits? The environment, read once."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

from modelbundle.canonical import is_digest

MIB = 1 << 20
# OpenTelemetry's own variables, as every SDK reads them.
_ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
_TRACES_ENDPOINT = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
_PROTOCOL = "OTEL_EXPORTER_OTLP_PROTOCOL"
_AGE = "TRAINYARD_MAX_CONNECTION_AGE_SECONDS"
_PERCENT = re.compile(r"[0-9]{1,3}(\.[0-9]+)?")
_NAME = re.compile(r"[A-Za-z0-9._-]{1,253}")
"""Of a model: others would be spelled in several ways in an address, of which one is found."""


class SettingsWrong(Exception):
    """A variable of the environment is missing or has a value that cannot be meant."""

    def __init__(self, variable: str, found: str | None, expected: str) -> None:
        shown = "not set" if found is None else repr(found)
        super().__init__(f"environment variable {variable} is {shown}; expected {expected}")
        self.variable = variable


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one request, and all requests together, may ask for."""

    body_bytes: int = 16 * MIB
    all_bodies_bytes: int = 128 * MIB
    header_bytes: int = 16 * 1024
    request_rows: int = 10_000
    batch_rows: int = 512
    concurrency: int = 512
    connections: int = 4096
    body_seconds: float = 30.0
    header_seconds: float = 20.0
    idle_seconds: float = 120.0
    age_seconds: float = math.inf
    linger_seconds: float = 2.0
    pipelined: int = 64


@dataclass(frozen=True, slots=True)
class TraceTarget:
    """Where spans go, and on whose behalf; `resource`: attributes of the server."""

    url: str
    headers: Mapping[str, str]
    resource: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Telemetry:
    """What is observed. `rows_per_second`: how many are counted in bins at most; 0: none are.

    `stuck_seconds`: after so long a batch is stuck; no client of a router waits longer than 60 s.
    """

    access_log: bool = False
    rows_per_second: int = 100
    stuck_seconds: float = 60.0
    traces: TraceTarget | None = None


@dataclass(frozen=True, slots=True)
class CaptureSettings:
    """How many percent of the requests go to the collector at `socket`, without which columns."""

    socket: Path
    percent: float
    exclude: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ExplainSettings:
    """What one explanation, and all together, may cost.

    `rows` of one request, `evaluations` of the model for each of them, about so many `seconds`
    for all; `concurrency`: how many requests are explained or wait for it.
    """

    rows: int
    evaluations: int = 4096
    concurrency: int = 4
    seconds: float = 20.0


@dataclass(frozen=True, slots=True)
class BundleSettings:
    """Which bundle, and in which directory."""

    digest: str
    directory: Path


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """All that `python -m modelserver` needs to know.

    `grpc_port`, `answers_port`: None where nobody asked.
    """

    bundle: BundleSettings
    model_name: str
    revision: str
    host: str
    port: int
    grpc_port: int | None
    drain_seconds: float
    limits: Limits
    telemetry: Telemetry = Telemetry()
    capture: CaptureSettings | None = None
    explain: ExplainSettings | None = None
    answers_port: int | None = None


def bundle_settings(environ: Mapping[str, str]) -> BundleSettings:
    """TRAINYARD_BUNDLE_DIGEST and TRAINYARD_BUNDLE_DIR. Raises SettingsWrong."""
    digest = environ.get("TRAINYARD_BUNDLE_DIGEST")
    if digest is None or not is_digest(digest):
        raise SettingsWrong(
            "TRAINYARD_BUNDLE_DIGEST", digest, "sha256: and 64 lower-case hexadecimal digits"
        )
    directory = Path(environ.get("TRAINYARD_BUNDLE_DIR") or "/trainyard/bundle")
    if not directory.is_absolute():
        raise SettingsWrong("TRAINYARD_BUNDLE_DIR", str(directory), "an absolute path")
    return BundleSettings(digest, directory)


def server_settings(environ: Mapping[str, str]) -> ServerSettings:
    """The settings of the server. Raises SettingsWrong naming the first wrong variable."""
    return ServerSettings(
        bundle=bundle_settings(environ),
        model_name=_name(environ, "TRAINYARD_MODEL_NAME"),
        revision=_name(environ, "TRAINYARD_REVISION"),
        host=environ.get("TRAINYARD_HOST") or "0.0.0.0",
        port=_whole(environ, "TRAINYARD_PORT", 8080, (0, 65535)),
        grpc_port=_grpc_port(environ),
        drain_seconds=float(_whole(environ, "TRAINYARD_DRAIN_SECONDS", 8, (0, 3600))),
        limits=Limits(
            body_bytes=_whole(environ, "TRAINYARD_MAX_BODY_BYTES", 16 * MIB, (1024, 128 * MIB)),
            request_rows=_whole(environ, "TRAINYARD_MAX_REQUEST_ROWS", 10_000, (1, 10_000_000)),
            batch_rows=_whole(environ, "TRAINYARD_MAX_BATCH_ROWS", 512, (1, 1_000_000)),
            concurrency=_whole(environ, "TRAINYARD_MAX_CONCURRENCY", 512, (1, 100_000)),
            connections=_whole(environ, "TRAINYARD_MAX_CONNECTIONS", 4096, (1, 1_000_000)),
            age_seconds=_whole(environ, _AGE, 0, (0, 1_000_000)) or math.inf,
        ),
        telemetry=_telemetry(environ),
        capture=capture_settings(environ),
        explain=_explain(environ),
        answers_port=_answers_port(environ),
    )


def _explain(environ: Mapping[str, str]) -> ExplainSettings | None:
    rows = _whole(environ, "TRAINYARD_EXPLAIN_ROWS", 0, (0, 1000))
    evaluations = _whole(environ, "TRAINYARD_EXPLAIN_EVALUATIONS", 4096, (64, 16_384))
    return ExplainSettings(rows, evaluations) if rows else None


def _telemetry(environ: Mapping[str, str]) -> Telemetry:
    model, revision = environ["TRAINYARD_MODEL_NAME"], environ["TRAINYARD_REVISION"]
    return Telemetry(
        access_log=bool(_whole(environ, "TRAINYARD_ACCESS_LOG", 0, (0, 1))),
        rows_per_second=_whole(environ, "TRAINYARD_SAMPLED_ROWS", 100, (0, 1_000_000)),
        stuck_seconds=float(_whole(environ, "TRAINYARD_STUCK_SECONDS", 60, (1, 86_400))),
        traces=trace_target(environ, model, revision),
    )


def capture_settings(environ: Mapping[str, str]) -> CaptureSettings | None:
    """None without TRAINYARD_CAPTURE_SOCKET. Raises SettingsWrong."""
    path = environ.get("TRAINYARD_CAPTURE_SOCKET")
    if not path:
        return None
    percent = environ.get("TRAINYARD_CAPTURE_PERCENT", "")
    if not _PERCENT.fullmatch(percent) or not 0 < float(percent) <= 100:
        raise SettingsWrong(
            "TRAINYARD_CAPTURE_PERCENT", percent or None, "a number above 0, at most 100"
        )
    names = environ.get("TRAINYARD_CAPTURE_EXCLUDE") or "[]"
    try:
        exclude = json.loads(names)
    except ValueError:
        exclude = None
    if not isinstance(exclude, list) or not all(isinstance(name, str) for name in exclude):
        raise SettingsWrong("TRAINYARD_CAPTURE_EXCLUDE", names, "a JSON list of names of columns")
    return CaptureSettings(Path(path), float(percent), frozenset(exclude))


def _grpc_port(environ: Mapping[str, str]) -> int | None:
    port = _whole(environ, "TRAINYARD_GRPC_PORT", 0, (1, 65535))
    if port and environ.get("TRAINYARD_PORT", "8080") == str(port):
        raise SettingsWrong("TRAINYARD_GRPC_PORT", str(port), "another port than that of HTTP")
    if port and find_spec("grpc") is None:
        expected = "none: this image has no grpcio; install it, or take an image that has it"
        raise SettingsWrong("TRAINYARD_GRPC_PORT", str(port), expected)
    return port or None


def _answers_port(environ: Mapping[str, str]) -> int | None:
    port = _whole(environ, "TRAINYARD_ANSWERS_PORT", 0, (1, 65535))
    others = environ.get("TRAINYARD_PORT", "8080"), environ.get("TRAINYARD_GRPC_PORT")
    if port and str(port) in others:
        raise SettingsWrong("TRAINYARD_ANSWERS_PORT", str(port), "a port of its own")
    return port or None


def _name(environ: Mapping[str, str], variable: str) -> str:
    value = environ.get(variable, "")
    if not _NAME.fullmatch(value):
        expected = "1 to 253 of the letters a to z and A to Z, digits, -, . or _"
        raise SettingsWrong(variable, environ.get(variable), expected)
    return value


def _whole(environ: Mapping[str, str], variable: str, default: int, span: tuple[int, int]) -> int:
    text = environ.get(variable)
    if text is None or text == "":
        return default
    low, high = span
    if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
        raise SettingsWrong(variable, text, f"a whole number from {low} to {high}")
    return int(text)


def trace_target(environ: Mapping[str, str], model: str, revision: str) -> TraceTarget | None:
    """None without an endpoint, or with OTEL_SDK_DISABLED=true. Raises SettingsWrong."""
    base = environ.get(_ENDPOINT, "")
    url = environ.get(_TRACES_ENDPOINT) or (base and f"{base.rstrip('/')}/v1/traces")
    if not url or environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return None
    if urlsplit(url).scheme not in ("http", "https"):
        raise SettingsWrong(_ENDPOINT, base or url, "an address that begins with http or https")
    protocol = environ.get(_PROTOCOL, "")
    if protocol not in ("", "http/json", "http/protobuf"):
        raise SettingsWrong(_PROTOCOL, protocol, "http/json, at the collector's port 4318")
    named = {"service.name": environ.get("OTEL_SERVICE_NAME") or model}
    resource = {**_pairs(environ, "OTEL_RESOURCE_ATTRIBUTES"), **named}
    return TraceTarget(
        url,
        _pairs(environ, "OTEL_EXPORTER_OTLP_HEADERS"),
        {**resource, "trainyard.revision": revision},
    )


def _pairs(environ: Mapping[str, str], variable: str) -> dict[str, str]:
    """`a=1,b=2` with percent signs for odd characters."""
    pairs = {}
    for part in filter(None, environ.get(variable, "").split(",")):
        name, equals, value = part.partition("=")
        if not equals or not name.strip():
            raise SettingsWrong(variable, environ[variable], "name=value,name=value")
        pairs[unquote(name.strip())] = unquote(value.strip())
    return pairs
