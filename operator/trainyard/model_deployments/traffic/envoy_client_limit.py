"""How is a router told that one client may make so many requests, and who is one client?"""

from __future__ import annotations

from typing import Any

from trainyard.api.v1alpha1.traffic import ClientLimit
from trainyard.model_deployments.traffic.envoy_routes import TYPE

NAME = "envoy.filters.http.local_ratelimit"
MOST_CLIENTS = 10_000
"""Counted at once, some hundred bytes each; who asked longest ago is forgotten first."""
_ADDRESS = "remote_address"
_EACH_SECOND = "1s"
_ALL = {"default_value": {"numerator": 100, "denominator": "HUNDRED"}}
_UNBOUNDED = (1 << 32) - 1


def client_limit(limit: ClientLimit) -> dict[str, Any]:
    """Return the filter that answers 429 to whoever asks more often."""
    return {
        "name": NAME,
        "typed_config": {
            "@type": f"{TYPE}.extensions.filters.http.local_ratelimit.v3.LocalRateLimit",
            "stat_prefix": "per_client",
            "filter_enabled": _ALL,
            "filter_enforced": _ALL,
            # Over gRPC: RESOURCE_EXHAUSTED, where UNAVAILABLE would be tried again at once.
            "rate_limited_as_resource_exhausted": True,
            "rate_limits": [{"actions": [{_ADDRESS: {}}]}],
            # An entry without a value stands for every address, each with a bucket of its own.
            "descriptors": [
                {"entries": [{"key": _ADDRESS}], "token_bucket": _bucket(limit.requests_per_second)}
            ],
            "max_dynamic_descriptors": MOST_CLIENTS,
            # Envoy wants a bucket for requests that no descriptor fits; there are none.
            "token_bucket": _bucket(_UNBOUNDED),
            "always_consume_default_token_bucket": False,
        },
    }


def client_address(limit: ClientLimit) -> dict[str, Any]:
    """Return how a router tells clients apart: by what it sees itself, or what a trusted proxy saw.

    Without this the last address in X-Forwarded-For counts, which any client can write.
    """
    return {
        "use_remote_address": True,
        "xff_num_trusted_hops": limit.trusted_hops,
        "skip_xff_append": True,
    }


def _bucket(tokens: int) -> dict[str, Any]:
    return {"max_tokens": tokens, "tokens_per_fill": tokens, "fill_interval": _EACH_SECOND}
