"""OpenTelemetry's variables."""

from __future__ import annotations

import pytest

from modelserver.settings import SettingsWrong, TraceTarget, trace_target

ENDPOINT = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318/"}


@pytest.mark.parametrize(
    ("environ", "url"),
    [
        pytest.param({}, None, id="nothing is set: no tracing"),
        pytest.param(ENDPOINT, "http://collector:4318/v1/traces", id="an endpoint for all signals"),
        pytest.param(
            {**ENDPOINT, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "https://t/x"},
            "https://t/x",
            id="one for traces, taken as it is",
        ),
        pytest.param({**ENDPOINT, "OTEL_SDK_DISABLED": "true"}, None, id="switched off"),
    ],
)
def test_where_spans_go(environ: dict[str, str], url: str | None) -> None:
    """As the specification of the variables has it."""
    found = trace_target(environ, "m", "m-1")
    assert url == (found.url if found is not None else None)


def test_headers_and_resource_are_read() -> None:
    """Pairs with percent signs; the name of the service is the model's unless it is given."""
    environ = {
        **ENDPOINT,
        "OTEL_EXPORTER_OTLP_HEADERS": "api-key=a%2Cb, other=1",
        "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment=test",
    }
    expected = TraceTarget(
        "http://collector:4318/v1/traces",
        {"api-key": "a,b", "other": "1"},
        {"deployment.environment": "test", "service.name": "m", "trainyard.revision": "m-1"},
    )
    assert expected == trace_target(environ, "m", "m-1")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        pytest.param("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317", id="no scheme"),
        pytest.param("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", id="a protocol that is not spoken"),
        pytest.param("OTEL_EXPORTER_OTLP_HEADERS", "secret", id="a header without a name"),
    ],
)
def test_wrong_values_are_refused_by_name(variable: str, value: str) -> None:
    """The sentence names the variable."""
    with pytest.raises(SettingsWrong, match=f"{variable} is .*; expected "):
        trace_target({**ENDPOINT, variable: value}, "m", "m-1")
