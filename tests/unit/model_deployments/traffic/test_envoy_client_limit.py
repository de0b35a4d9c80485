"""How many requests one client may make, as a router is told it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from builders_serving import a_model_deployment
from envoy_process import envoy_binary

from trainyard.model_deployments.traffic import envoy
from trainyard.model_deployments.traffic.envoy_bootstrap import bootstrap
from trainyard.model_deployments.traffic.envoy_client_limit import NAME
from trainyard.model_deployments.traffic.router_manifests import start_of

LIMITED = a_model_deployment(
    traffic={"limitPerClient": {"requestsPerSecond": 50, "trustedHops": 1}}
)


def connections(*, limited: bool) -> dict[str, Any]:
    """Return what the router is told of connections of users, and of nobody else's."""
    start = start_of(LIMITED if limited else a_model_deployment())
    serving, stats = json.loads(bootstrap(start))["static_resources"]["listeners"]
    assert NAME not in json.dumps(stats)
    (chain,) = serving["filter_chains"]
    found: dict[str, Any] = chain["filters"][0]["typed_config"]
    return found


def test_nothing_is_limited_unless_it_is_asked_for() -> None:
    """And who asks is told apart by nothing."""
    found = connections(limited=False)
    assert NAME not in [f["name"] for f in found["http_filters"]]
    assert "use_remote_address" not in found


def test_each_address_has_a_bucket_of_its_own() -> None:
    """Before anything else is done with the request; without one that all share."""
    found = connections(limited=True)
    first = found["http_filters"][0]
    assert NAME == first["name"]
    (descriptor,) = first["typed_config"]["descriptors"]
    assert [{"key": "remote_address"}] == descriptor["entries"]
    bucket = {"max_tokens": 50, "tokens_per_fill": 50, "fill_interval": "1s"}
    assert bucket == descriptor["token_bucket"]
    assert not first["typed_config"]["always_consume_default_token_bucket"]
    assert [True, 1] == [found[k] for k in ("use_remote_address", "xff_num_trusted_hops")]


@pytest.mark.parametrize("limited", [True, False])
def test_the_real_envoy_takes_it(tmp_path: Path, *, limited: bool) -> None:
    """Without a word about what is going to leave Envoy."""
    start = start_of(LIMITED if limited else a_model_deployment())
    text = bootstrap(start).replace(envoy.FOLDER, str(tmp_path))
    (tmp_path / "envoy.json").write_text(text)
    for name in ("clusters", "routes"):
        (tmp_path / f"{name}.json").write_text('{"version_info": "0", "resources": []}')
    command = (envoy_binary(), "--mode", "validate", "--config-path", f"{tmp_path}/envoy.json")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (0, False) == (done.returncode, "deprecated" in done.stderr.lower()), done.stderr
