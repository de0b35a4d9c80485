"""How a router words its own answers."""

from __future__ import annotations

from trainyard.model_deployments.traffic.envoy_replies import REPLIES, local_replies


def test_every_reply_is_an_error_as_servers_say_it() -> None:
    """`{"error": …}`, also where Envoy has its own words."""
    found = local_replies()
    calls, *forms = (
        m["body_format_override"] for m in found["mappers"] if "body_format_override" in m
    )
    assert {"text_format_source": {"inline_string": "%LOCAL_REPLY_BODY%"}} == calls
    assert [{"json_format": {"error": text}} for text in REPLIES.values()] == forms
    assert {"json_format": {"error": "%LOCAL_REPLY_BODY%"}} == found["body_format"]


def test_whoever_is_turned_away_learns_when_to_come_again() -> None:
    """As from a server that is full."""
    later = [m for m in local_replies()["mappers"] if "headers_to_add" in m]
    assert [429, 503] == [
        m["filter"]["status_code_filter"]["comparison"]["value"]["default_value"] for m in later
    ]
    for mapper in later:
        assert [{"header": {"key": "retry-after", "value": "1"}}] == mapper["headers_to_add"]
