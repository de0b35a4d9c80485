"""Where do spans go? OpenTelemetry's own variables, as every SDK reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from modelserver.wrong_setting import SettingsWrong

_ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
_TRACES_ENDPOINT = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
_PROTOCOL = "OTEL_EXPORTER_OTLP_PROTOCOL"


@dataclass(frozen=True, slots=True)
class TraceTarget:
    """Where spans go, and on whose behalf; `resource`: attributes of the server."""

    url: str
    headers: Mapping[str, str]
    resource: Mapping[str, str]


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
