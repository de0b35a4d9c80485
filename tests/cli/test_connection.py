"""Who asks, in a pod that has no kubeconfig.

The rest of the module is proved on a real cluster, by tests/cluster/test_command_line.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from kubernetes.aio import client

from trainyardctl.connection import NoCluster, log_in_as_pod

IN_A_POD = {"KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "443"}


async def test_a_pod_asks_by_its_service_account(tmp_path: Path) -> None:
    """In its own namespace, with the token that is mounted."""
    for name, text in (("token", "secret"), ("ca.crt", "an authority"), ("namespace", "models\n")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    configuration = client.Configuration()
    assert "models" == log_in_as_pod(configuration, tmp_path, IN_A_POD)
    assert "https://10.0.0.1:443" == configuration.host
    bearer = (await configuration.auth_settings())["BearerToken"]
    assert "bearer secret" == str(bearer["value"]).lower()


def test_without_an_account_the_sentence_says_what_to_name(tmp_path: Path) -> None:
    """And no traceback of the library."""
    with pytest.raises(NoCluster, match="name a kubeconfig with --kubeconfig"):
        log_in_as_pod(client.Configuration(), tmp_path, IN_A_POD)
