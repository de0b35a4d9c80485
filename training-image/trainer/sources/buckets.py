"""How is a bucket of a source opened: with which keys?"""

from __future__ import annotations

from collections.abc import Mapping

from modelbundle.store import NO_CREDENTIALS, Credentials, Store, open_store
from trainer.tasks.task_parts import S3Source


def open_bucket(source: S3Source, variables: Mapping[str, str]) -> Store:
    """The source's own bucket, with the keys of its secretName, or anonymously.

    Never with those of the artifact store: whoever may write a Dataset could otherwise read in
    every bucket that the store's keys open.
    """
    key = variables.get("TRAINYARD_SOURCE_ACCESS_KEY_ID")
    secret = variables.get("TRAINYARD_SOURCE_SECRET_ACCESS_KEY")
    credentials = Credentials(key, secret) if key and secret else NO_CREDENTIALS
    return open_store(f"s3://{source.bucket}", source.endpoint, source.region, credentials)
