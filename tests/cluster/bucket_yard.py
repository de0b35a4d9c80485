"""A namespace whose operator keeps its store in a bucket, and what was made there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cluster.model_yard import Bucket, ModelYard, local_bucket, model_yard
from cluster_access import kubectl

from modelbundle.loading import load_estimator
from modelbundle.manifest import FORMAT_FILES
from modelbundle.packing import verify
from modelbundle.publishing import fetch
from modelbundle.signature import Signature
from modelbundle.store import Store


@dataclass(frozen=True, slots=True)
class BucketYard:
    """The yard and its bucket."""

    yard: ModelYard
    bucket: Bucket

    @property
    def store(self) -> Store:
        """The namespace's own part of the store."""
        return self.bucket.store(f"stores/default/{self.yard.namespace}")

    def accepted(self, name: str, folder: Path) -> tuple[Any, Signature]:
        """Wait for an accepted version; return the estimator in its bundle, and its signature."""
        until = self.yard.until("a version is accepted", lambda s: s.current(name) != {})
        digest = until.current(name)["bundleDigest"]
        fetch(self.store, digest, folder)
        signature = verify(folder, digest).signature
        return load_estimator(folder / FORMAT_FILES["skops"], None), signature

    def ready(self, name: str) -> str:
        """Wait until the ModelDeployment is ready; return the address at which it answers."""
        ready = ("wait", f"mdep/{name}", "--for=condition=Ready", "--timeout=600s")
        kubectl("-n", self.yard.namespace, *ready)
        return self.yard.kubectl("get", "svc", name, "-o", "jsonpath={.spec.clusterIP}")


@contextmanager
def bucket_yard(
    folder: Path, installation: str, settings: Mapping[str, str] | None = None
) -> Iterator[BucketYard]:
    """A yard whose namespace holds the keys of a bucket of this machine; `settings`: more."""
    bucket = local_bucket()
    with model_yard(
        folder, bucket.settings("stores") | dict(settings or {}), [installation]
    ) as yard:
        yard.secret("trainyard-store", bucket.keys)
        yield BucketYard(yard, bucket)
