"""Two namespaces that share a bucket, by the policy of docs/operations/security.md."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from cluster.model_yard import ModelYard
from cluster_access import ROOT
from s3_server import S3

from modelbundle.store import Credentials, Store, open_store

BUCKET, PAGE = "models", ROOT / "docs" / "operations" / "security.md"


@dataclass(frozen=True, slots=True)
class SharedBucket:
    """A victim and a tenant, and the keys that each namespace has."""

    yard: ModelYard
    s3: S3

    @property
    def victim(self) -> str:
        """The other namespace."""
        return self.yard.namespaces[0]

    @property
    def tenant(self) -> str:
        """The tenant's own namespace."""
        return self.yard.namespaces[1]

    def keys(self, namespace: str, role: str) -> Credentials:
        """The keys of the namespace: of its writer, or of its reader."""
        return Credentials(f"{namespace}-{role}", self.s3.keys.secret_access_key)

    def store(self, part: str, keys: Credentials) -> Store:
        """That namespace's part of the bucket, with these keys."""
        url = f"s3://{BUCKET}/stores/default/{part}"
        return open_store(url, self.s3.endpoint, self.s3.region, keys)

    def brings_its_keys(self, namespace: str) -> None:
        """The namespace has the secrets that the installation expects."""
        for name, role in (("trainyard-store", "writer"), ("trainyard-store-read", "reader")):
            keys = self.keys(namespace, role)
            pairs = {"accessKeyId": keys.access_key_id, "secretAccessKey": keys.secret_access_key}
            secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}}
            self.yard.apply({**secret, "stringData": pairs}, namespace=namespace)


def policy(namespaces: tuple[str, ...]) -> str:
    """Return the page's policy for these namespaces."""
    text = PAGE.read_text(encoding="utf-8")
    (shown,) = re.findall(r"^```json\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    found = json.loads(shown)
    statements = json.dumps(found["Statement"])
    found["Statement"] = [
        statement
        for name in namespaces
        for statement in json.loads(statements.replace("team-a", name))
    ]
    return json.dumps(found)
